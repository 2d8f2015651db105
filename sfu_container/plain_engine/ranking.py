"""Who is loudest: an order that does not flutter, and the one who has the floor."""

from __future__ import annotations

from collections.abc import Mapping

MARGIN = 6
"""dB by which somebody has to be louder to overtake."""
HEARD_LEVEL = 65
"""-dBov; what is quieter is background."""
DOMINANCE_SECONDS = 0.4
"""How long somebody has to be louder to take the floor."""


class Ranking:
    """Publications, loudest first. One overtakes the next only by being clearly louder, so silence changes nothing."""

    def __init__(self) -> None:
        self._order: list[str] = []

    def update(self, levels: Mapping[str, int]) -> list[str]:
        """The order now. `levels` are those of all Publications, in -dBov; new ones begin at the end."""
        ranked = [publication for publication in self._order if publication in levels]
        known = set(ranked)
        ranked += [publication for publication in levels if publication not in known]
        for position in range(1, len(ranked)):
            while position and levels[ranked[position]] + MARGIN <= levels[ranked[position - 1]]:
                ranked[position - 1], ranked[position] = ranked[position], ranked[position - 1]
                position -= 1
        self._order = ranked
        return ranked


class Dominance:
    """Who has the floor: until somebody else is clearly louder, or the only one heard, for a while."""

    def __init__(self) -> None:
        self.dominant: str | None = None
        self._challenger: str | None = None
        self._challenged_at = 0.0

    def update(self, levels: Mapping[str, int], now: float) -> str | None:
        """Who has the floor now; None before anybody was heard, or when the last one is gone."""
        if self.dominant not in levels:
            self.dominant = None
        challenger = self._find_challenger(levels)
        if challenger != self._challenger:
            self._challenger, self._challenged_at = challenger, now
        if challenger is not None and (self.dominant is None or now - self._challenged_at >= DOMINANCE_SECONDS):
            self.dominant, self._challenger = challenger, None
        return self.dominant

    def _find_challenger(self, levels: Mapping[str, int]) -> str | None:
        loudest = min(levels, key=levels.__getitem__, default=None)
        if loudest is None or loudest == self.dominant or levels[loudest] > HEARD_LEVEL:
            return None
        if self.dominant is None or levels[self.dominant] > HEARD_LEVEL:
            return loudest
        return loudest if levels[loudest] + MARGIN <= levels[self.dominant] else None
