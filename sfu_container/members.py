"""Who is in a Room: the Peers, one for each participant, and the ways to tell them something.

Whatever one participant changes goes to all the others, so it is told at a bounded rate: the first change at once,
later ones as one whole state at the next `announce_changes`. Who comes and who goes is told at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from parley_protocol.control import ROSTER_PAGE, ParticipantChanged, Roster
from parley_protocol.wire import ParticipantState, Wire
from sfu_container.errors import PeerNotFoundError
from sfu_container.peer import Peer


class Members:
    def __init__(self) -> None:
        self._peers: dict[str, Peer] = {}
        self._participants: dict[str, Peer] = {}
        self._told: set[str] = set()
        """Participants whose state was told since the last `announce_changes`."""
        self._changed: dict[str, None] = {}
        """Those of them that have changed again, oldest first."""

    def __len__(self) -> int:
        return len(self._peers)

    def __iter__(self) -> Iterator[Peer]:
        """The Peers there are now; they may go while being walked over."""
        return iter(list(self._peers.values()))

    def __getitem__(self, peer: str) -> Peer:
        return self._peers[peer]

    def get(self, peer: str) -> Peer | None:
        return self._peers.get(peer)

    def of_participant(self, participant: str) -> Peer | None:
        return self._participants.get(participant)

    def of(self, participant: str, peer: str) -> Peer:
        """The Peer of that id, if it is that participant's. Raises PeerNotFoundError."""
        found = self._peers.get(peer)
        if found is None or found.participant != participant:
            raise PeerNotFoundError("the node does not know this peer; join again")
        return found

    def add(self, peer: Peer) -> None:
        """From here on this is the participant's Peer; an older one has to be removed."""
        self._peers[peer.id] = peer
        self._participants[peer.participant] = peer

    def remove(self, peer: Peer) -> None:
        del self._peers[peer.id]
        if self._participants.get(peer.participant) is peer:
            del self._participants[peer.participant]
            self._changed.pop(peer.participant, None)

    def owner(self, publication: str | None) -> str | None:
        """The participant that publishes it, if anybody does."""
        return next((p.participant for p in self._peers.values() if publication in p.media.publications), None)

    @property
    def roster(self) -> tuple[ParticipantState, ...]:
        """Everyone as everyone sees them."""
        return tuple(peer.state for peer in self._participants.values())

    def send_roster(self, peer: Peer) -> None:
        """The roster on the control channel, in pages."""
        roster = self.roster
        for start in range(0, len(roster), ROSTER_PAGE):
            end = start + ROSTER_PAGE
            send(peer, Roster(participants=roster[start:end], more=end < len(roster)))

    def announce(self, peer: Peer) -> None:
        """Tell everyone, now or soon, what a participant is like."""
        if peer.participant in self._told:
            self._changed[peer.participant] = None
        else:
            self.announce_now(peer)

    def announce_now(self, peer: Peer) -> None:
        """Tell everyone at once what a participant is like."""
        self._told.add(peer.participant)
        self._changed.pop(peer.participant, None)
        self.broadcast(ParticipantChanged(participant=peer.state))

    def announce_changes(self) -> None:
        """Tell everyone the states that have waited; to be called in a steady rhythm."""
        changed = list(self._changed)
        self._told.clear()
        for participant in changed:
            self.announce_now(self._participants[participant])

    def broadcast(self, message: Wire) -> None:
        text = message.encode()
        for peer in self._peers.values():
            peer.link.send_control(text)


def send(peer: Peer, message: Wire) -> None:
    """Send one message on a Peer's control channel."""
    peer.link.send_control(message.encode())
