"""Arithmetic on numbers that wrap around."""

from __future__ import annotations

SEQUENCE_MODULUS = 1 << 16
TIMESTAMP_MODULUS = 1 << 32


def distance(newer: int, older: int, modulus: int = SEQUENCE_MODULUS) -> int:
    """How far `newer` is ahead of `older` by the shorter way round; negative when it is behind."""
    forward = (newer - older) % modulus
    return forward if forward < modulus // 2 else forward - modulus


class SequenceExtender:
    """Turns 16-bit sequence numbers into indexes that never wrap (RFC 3550, A.1)."""

    def __init__(self) -> None:
        self.highest: int | None = None

    def extend(self, number: int) -> int:
        """The index of a sequence number: the one nearest to the highest index so far, which may advance."""
        if self.highest is None:
            # One cycle ahead, so that packets older than the first one have positive indexes too.
            self.highest = number + SEQUENCE_MODULUS
            return self.highest
        index = self.highest + distance(number, self.highest % SEQUENCE_MODULUS)
        self.highest = max(self.highest, index)
        return index
