"""How the connections of a Room fare: everyone hears of everyone's quality, and each who watches of its own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from parley_protocol.control import ROSTER_PAGE, ConnectionQuality, ParticipantQuality, Quality
from parley_protocol.quality import PeerQuality
from parley_protocol.wire import ParticipantStatus
from sfu_container.connection_watch import ConnectionWatch
from sfu_container.engine_stats import PeerStats
from sfu_container.members import Members, send
from sfu_container.peer import Peer


class Connections:
    def __init__(self, members: Members) -> None:
        self._members = members
        self._watches: dict[str, ConnectionWatch] = {}
        """By Peer."""
        self._told: dict[str, ConnectionQuality] = {}
        """What everyone was told, by participant; a good connection need not be told first."""

    def watch(self, peer: Peer, enabled: bool) -> None:
        """Tell the Peer its statistics at every look from now on, or no longer."""
        watch = self._watches.setdefault(peer.id, ConnectionWatch())
        begins = enabled and not watch.is_watched
        watch.is_watched = enabled
        if begins:
            send(peer, watch.report())

    def remove(self, peer: Peer) -> PeerQuality | None:
        """A Peer is gone; its participant may go on with another. How the Peer's connection was, if that is known."""
        watch = self._watches.pop(peer.id, None)
        if self._members.of_participant(peer.participant) is None:
            self._told.pop(peer.participant, None)
        return watch.sum.told() if watch else None

    def look(self, stats: Mapping[str, PeerStats], now: float) -> None:
        """Take the newest statistics of the Peers; `now` in seconds."""
        changed: dict[str, ConnectionQuality] = {}
        for peer in self._members:
            if peer.id not in stats:
                continue
            watch = self._watches.setdefault(peer.id, ConnectionWatch())
            watch.look(stats[peer.id], peer.status is ParticipantStatus.RECONNECTING)
            if peer.status is not ParticipantStatus.CONNECTING:
                watch.sum.add(stats[peer.id], watch.quality, now)
            if watch.is_watched:
                send(peer, watch.report())
            if watch.quality is not self._told.get(peer.participant, ConnectionQuality.GOOD):
                changed[peer.participant] = self._told[peer.participant] = watch.quality
        for page in _pages(changed.items()):
            self._members.broadcast(page)

    def tell_all(self, peer: Peer) -> None:
        """Tell a Peer, after the roster, whose connection is not good."""
        for page in _pages(told for told in self._told.items() if told[1] is not ConnectionQuality.GOOD):
            send(peer, page)


def _pages(qualities: Iterable[tuple[str, ConnectionQuality]]) -> Iterator[Quality]:
    told = [ParticipantQuality(participant=participant, quality=quality) for participant, quality in qualities]
    for start in range(0, len(told), ROSTER_PAGE):
        yield Quality(participants=tuple(told[start : start + ROSTER_PAGE]))
