"""Brings what the Engine has to say to the Rooms that it is about."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sfu_container.containment import contained
from sfu_container.engine import (
    CodecUnsupported,
    DtlsReceived,
    EncodingsWanted,
    Engine,
    Event,
    IceConnected,
    IceLost,
    KeyframeTimeout,
    SlotChanged,
    SpeakersChanged,
    StreamStarted,
)
from sfu_container.peer_slots import parse_slot_id
from sfu_container.room import Room
from sfu_container.rooms import Rooms
from sfu_container.slot_states import SlotNews

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 256


class EngineEvents:
    def __init__(self, engine: Engine, rooms: Rooms, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._rooms = rooms
        self._clock = clock

    def pump(self) -> None:
        """Take what the Engine has to say; to be called when its `event_fd` is readable."""
        slots: dict[str, list[SlotNews]] = {}
        for event in self._engine.poll_events(EVENTS_AT_ONCE):
            if isinstance(event, SlotChanged | CodecUnsupported):
                peer, _ = parse_slot_id(event.slot)
                slots.setdefault(peer, []).append(event)
            else:
                with contained("an event of the engine"):
                    self._dispatch(event)
        for peer, changes in slots.items():
            room = self._rooms.of_peer(peer)
            if room is not None:
                with contained("a slot change"):
                    room.announcements.slots_changed(peer, changes)

    def _dispatch(self, event: Event) -> None:
        match event:
            case SpeakersChanged(room=session):
                room = self._rooms.of_session(session)
                if room is not None:
                    room.speakers_changed(event)
            case DtlsReceived(peer=peer) | IceConnected(peer=peer) | IceLost(peer=peer) | EncodingsWanted(peer=peer):
                room = self._rooms.of_peer(peer)
                if room is not None:
                    self._tell(room, event)
            case StreamStarted() | KeyframeTimeout():
                logger.debug("%r", event)

    def _tell(self, room: Room, event: Event) -> None:
        match event:
            case DtlsReceived(peer=peer, data=data):
                room.datagram_received(peer, data)
            case IceConnected(peer=peer):
                room.path_found(peer)
            case IceLost(peer=peer):
                room.path_lost(peer, self._clock())
            case EncodingsWanted():
                room.announcements.encodings_wanted(event)
