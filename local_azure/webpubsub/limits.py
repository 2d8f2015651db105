"""Every bound of the emulator in one place, so that no peer can grow the process or keep it waiting."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds per message, per connection and per emulator; the defaults follow the real service where it states one.

    The outgoing bounds are lower than the unacked ones on purpose: a reliable client that stops reading first loses its
    socket, which it can recover, and only later its session, which it cannot.
    """

    message_bytes: int = MEBIBYTE
    """Largest WebSocket message or REST body, inclusive."""
    outgoing_frames: int = 800
    """Frames that may wait for one slow socket before it is closed."""
    outgoing_bytes: int = 4 * MEBIBYTE
    unacked_messages: int = 1000
    """Messages a reliable session keeps for redelivery before the session is dropped."""
    unacked_bytes: int = 16 * MEBIBYTE
    remembered_acks: int = 1000
    """The newest ack ids of a connection that are recognised as duplicates."""
    groups_per_connection: int = 1000
    connections: int = 10_000
    recovery_seconds: float = 60.0
    """How long a reliable session waits for its client to come back."""
    upstream_seconds: float = 30.0
    """How long one upstream request may take, from connect to the last byte of the answer."""
    close_seconds: float = 2.0
    """How long a closing handshake may take before the socket is cut."""
    heartbeat_seconds: float = 30.0
    """Pause between WebSocket pings; a peer silent for half of it afterwards is gone."""
