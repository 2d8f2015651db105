"""What the Peers of a Room are told on their control channels of the Engine's decisions."""

from __future__ import annotations

from collections.abc import Iterable

from parley_protocol.control import Slots, SlotState, SpeakerLevel, Speakers
from sfu_container.connections import Connections
from sfu_container.engine import EncodingsWanted, SpeakersChanged
from sfu_container.members import Members, send
from sfu_container.peer_slots import parse_slot_id
from sfu_container.slot_states import SlotNews, slot_state


class Announcements:
    def __init__(self, members: Members, connections: Connections) -> None:
        self._members = members
        self._connections = connections
        self._speakers: Speakers | None = None

    def tell_all(self, peer: str) -> None:
        """Tell a Peer whose control channel opened everything that it would have been told so far."""
        found = self._members[peer]
        self._members.send_roster(found)
        told = tuple(slot for slot in found.media.slots.values() if slot != SlotState(mid=slot.mid))
        if told:
            send(found, Slots(slots=told))
        if self._speakers is not None:
            send(found, self._speakers)
        for publication in found.media.publications.values():
            if publication.told is not None:
                send(found, publication.told)
        self._connections.tell_all(found)

    def encodings_wanted(self, wanted: EncodingsWanted) -> None:
        """Tell a publisher which encodings are worth sending."""
        found = self._members[wanted.peer]
        message = found.media.encodings_wanted(wanted)
        if message is not None:
            send(found, message)

    def slots_changed(self, peer: str, changes: Iterable[SlotNews]) -> None:
        """Tell a Peer what its Slots carry now, and what they cannot."""
        found = self._members[peer]
        states: dict[str, SlotState] = {}
        for change in changes:
            _, mid = parse_slot_id(change.slot)
            if mid in found.media.slots:
                owner = self._members.owner(change.publication)
                states[mid] = found.media.slots[mid] = slot_state(mid, change, owner)
        if states:
            send(found, Slots(slots=tuple(states.values())))

    def speakers_changed(self, change: SpeakersChanged) -> str | None:
        """Tell everyone who is heard; the participant who is loudest.

        A participant with two loud Publications counts once, with the louder.
        """
        levels: dict[str, int] = {}
        for publication, level in change.levels:
            owner = self._members.owner(publication)
            if owner is not None:
                levels[owner] = min(level, levels.get(owner, level))
        dominant = self._members.owner(change.dominant)
        speakers = tuple(SpeakerLevel(participant=owner, level=level) for owner, level in levels.items())
        self._speakers = Speakers(speakers=speakers, dominant=dominant)
        self._members.broadcast(self._speakers)
        return dominant
