"""The media controller: which nodes there are, which of them carries a session, and what lets a Peer onto it."""
