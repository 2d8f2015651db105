"""Who carries the media of a session: our own SFU, Azure Communication Services Rooms, or LiveKit."""
