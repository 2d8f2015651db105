"""WHIP and WHEP at the platform's own origin: every client is sent on to the node of its session. See docs/whip.md."""
