"""The media plane: rooms, SDP, DTLS and SCTP on aiortc; packets behind the `Engine` seam."""
