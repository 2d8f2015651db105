"""WHIP (RFC 9725) and WHEP: publishing to a meeting, and watching it, with one HTTP request. See docs/whip.md."""
