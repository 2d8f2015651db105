"""Which packets of a received stream are missing, and when to ask for them (RFC 4585, 6.2.1)."""

from __future__ import annotations

from sfu_container.plain_engine.sequence import SEQUENCE_MODULUS, SequenceExtender

RETRY_SECONDS = 0.05
MAX_TRIES = 10
MAX_MISSING = 256
MAX_PER_MESSAGE = 128


class MissingPackets:
    """Tells new packets from duplicates, and gaps from the end of a stream.

    A number is missing from the moment a later one comes until it comes itself or has been asked for often enough.
    """

    def __init__(self) -> None:
        self._extender = SequenceExtender()
        self._missing: dict[int, tuple[int, float]] = {}
        """For each index how often it was asked for, and when it is due again."""

    def record(self, sequence_number: int, now: float) -> int | None:
        """The index of a packet that came; None when it is a duplicate or too late."""
        expected = None if self._extender.highest is None else self._extender.highest + 1
        index = self._extender.extend(sequence_number)
        if expected is None or index == expected:
            return index
        if index < expected:
            return index if self._missing.pop(index, None) is not None else None
        if index - expected > MAX_MISSING:
            self._missing.clear()
            return index
        for gap in range(expected, index):
            self._missing[gap] = (0, now)
        while len(self._missing) > MAX_MISSING:
            del self._missing[next(iter(self._missing))]
        return index

    def take_due(self, now: float) -> list[int]:
        """Sequence numbers to ask for now, as many as fit a message; what was asked for too often is given up."""
        due = [index for index, (_, when) in self._missing.items() if when <= now][:MAX_PER_MESSAGE]
        asked = []
        for index in due:
            tries, _ = self._missing[index]
            if tries == MAX_TRIES:
                del self._missing[index]
                continue
            self._missing[index] = (tries + 1, now + RETRY_SECONDS)
            asked.append(index % SEQUENCE_MODULUS)
        return asked
