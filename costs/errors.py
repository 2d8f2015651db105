"""What a person who asks for costs can get wrong."""

from __future__ import annotations


class CostError(ValueError):
    """What was asked for cannot be worked out; the message says why, to whoever asked."""
