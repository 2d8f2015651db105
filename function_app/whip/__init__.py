"""WHIP and WHEP at the platform's own origin: every request is brought to the node of its session. See docs/whip.md."""
