"""A room in which Peers hear the loudest others in their audio Slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from sfu_container.engine import Event, SpeakersChanged
from sfu_container.plain_engine.peer import Peer
from sfu_container.plain_engine.publication import Publication
from sfu_container.plain_engine.ranking import HEARD_LEVEL, MARGIN, Dominance, Ranking
from sfu_container.plain_engine.slot import Slot

_NOTABLE_CHANGE = 5
"""dB; level changes below it are not told."""


class SpeakerRoom:
    def __init__(self, name: str, interval_seconds: float, emit: Callable[[Event], None]) -> None:
        self.name = name
        self.members: dict[str, Peer] = {}
        self._ranking = Ranking()
        self._dominance = Dominance()
        self._interval_seconds = interval_seconds
        self._told = SpeakersChanged(name, (), None)
        self._told_at = float("-inf")
        self._emit = emit

    def update(self, now: float) -> None:
        """Rank the speakers again, fill the members' audio Slots, and tell what is worth telling."""
        speaking = {publication.id: publication for publication in self._publications()}
        levels = {publication.id: publication.level.at(now) for publication in speaking.values()}
        ranked = [speaking[publication] for publication in self._ranking.update(levels)]
        for member in self.members.values():
            _fill_slots(member, ranked, now)
        self._tell(levels, now)

    def _publications(self) -> Iterator[Publication]:
        for member in self.members.values():
            for publication in member.receiver.publications.values():
                if publication.kind == "audio" and not publication.paused:
                    yield publication

    def _tell(self, levels: dict[str, int], now: float) -> None:
        dominant = self._dominance.update(levels, now)
        if now - self._told_at < self._interval_seconds:
            return
        heard_before = dict(self._told.levels)
        heard = [
            (publication, level)
            for publication, level in levels.items()
            if level <= HEARD_LEVEL + (MARGIN if publication in heard_before else 0)
        ]
        heard.sort(key=itemgetter(1))
        news = SpeakersChanged(self.name, tuple(heard), dominant)
        if _is_notable(news, self._told):
            self._told, self._told_at = news, now
            self._emit(news)


def _fill_slots(member: Peer, ranked: Sequence[Publication], now: float) -> None:
    """Give the member the loudest others, as many as it has audio Slots; what stays keeps its Slot."""
    audio_slots = [slot for slot in member.slots.values() if slot.kind == "audio"]
    slots = [slot for slot in audio_slots if not slot.paused]
    others = (publication for publication in ranked if publication.peer != member.id)
    chosen = [publication for publication, _ in zip(others, slots, strict=False)]
    kept = {slot.wanted for slot in slots if slot.wanted in chosen}
    coming = iter(publication for publication in chosen if publication not in kept)
    for slot in audio_slots:
        if slot.paused:
            _put(slot, None, now)
        elif slot.wanted not in kept:
            _put(slot, next(coming, None), now)


def _put(slot: Slot, publication: Publication | None, now: float) -> None:
    if slot.wanted is not publication:
        slot.want(publication, now)


def _is_notable(news: SpeakersChanged, told: SpeakersChanged) -> bool:
    levels, told_levels = dict(news.levels), dict(told.levels)
    if news.dominant != told.dominant or levels.keys() != told_levels.keys():
        return True
    return any(abs(level - told_levels[publication]) >= _NOTABLE_CHANGE for publication, level in levels.items())
