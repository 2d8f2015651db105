"""Who is in a Room: the Peers, one for each participant, and the ways to tell them something."""

from __future__ import annotations

from collections.abc import Iterator

from parley_protocol.signalling import ROSTER_PAGE, ParticipantChanged, ParticipantState, Roster, Wire
from sfu_container.errors import PeerNotFoundError
from sfu_container.peer import Peer


class Members:
    def __init__(self) -> None:
        self._peers: dict[str, Peer] = {}
        self._participants: dict[str, Peer] = {}

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
        """Tell everyone what a participant is like now."""
        self.broadcast(ParticipantChanged(participant=peer.state))

    def broadcast(self, message: Wire) -> None:
        text = message.encode()
        for peer in self._peers.values():
            peer.link.send_control(text)


def send(peer: Peer, message: Wire) -> None:
    """Send one message on a Peer's control channel."""
    peer.link.send_control(message.encode())
