"""Brings what happens on the links of Peers, and what comes on their control channels, to their Rooms."""

from __future__ import annotations

from collections.abc import Callable

from parley_protocol.control import CONTROL_TO_NODE, MAX_CONTROL_BYTES, Layout
from parley_protocol.errors import LeaveReason
from sfu_container.containment import contained
from sfu_container.errors import TooManyRequestsError, error_message
from sfu_container.messages import parse_json, request_id_in
from sfu_container.ports import SrtpKeys
from sfu_container.rate_limit import Rate, RateLimiter
from sfu_container.refusals import Refusals
from sfu_container.room import Room
from sfu_container.rooms import Rooms

CONTROL_RATE = Rate(per_second=20, burst=60)
PUBLICATION_RATE = Rate(per_second=3, burst=10)
"""For `publish`, `unpublish`, `mute` and `watchStats`: mostly everyone in the session is told of each."""


class LinkEvents:
    """Implements LinkListener; what is about a Peer that is gone meanwhile is dropped."""

    def __init__(self, rooms: Rooms, refusals: Refusals, clock: Callable[[], float]) -> None:
        self._rooms = rooms
        self._refusals = refusals
        self._clock = clock
        self._control_limiter = RateLimiter(CONTROL_RATE)
        self._publication_limiter = RateLimiter(PUBLICATION_RATE)

    def link_secured(self, peer: str, keys: SrtpKeys) -> None:
        room = self._rooms.of_peer(peer)
        if room is not None:
            with contained("a finished handshake"):
                room.secured(peer, keys)

    def link_failed(self, peer: str) -> None:
        self._end_peer(peer, LeaveReason.DTLS_FAILED)

    def link_closed(self, peer: str) -> None:
        self._end_peer(peer, LeaveReason.LEFT)

    def _end_peer(self, peer: str, reason: LeaveReason) -> None:
        room = self._rooms.of_peer(peer)
        if room is not None:
            with contained("the end of a link"):
                room.end_peer(peer, reason)

    def control_opened(self, peer: str) -> None:
        room = self._rooms.of_peer(peer)
        if room is not None:
            with contained("an opened control channel"):
                room.announcements.tell_all(peer)

    def control_received(self, peer: str, data: str | bytes) -> None:
        room = self._rooms.of_peer(peer)
        if room is None:
            return
        try:
            self._handle(room, peer, data)
        except Exception as error:  # noqa: BLE001 - a bug in one message must not end the Peer's DTLS task
            request_id = request_id_in(data, MAX_CONTROL_BYTES)
            self._refusals.note(error, f"session={room.session} peer={peer}", request_id)
            if self._rooms.of_peer(peer) is not None and self._refusals.may_answer(peer):
                room.send_control(peer, error_message(error, request_id))

    def _handle(self, room: Room, peer: str, data: str | bytes) -> None:
        if not self._control_limiter.take(peer, self._clock()):
            raise TooManyRequestsError("control messages come too fast")
        message = parse_json(CONTROL_TO_NODE, data, MAX_CONTROL_BYTES)
        if not isinstance(message, Layout) and not self._publication_limiter.take(peer, self._clock()):
            raise TooManyRequestsError("publications change too fast")
        room.requests.handle(peer, message)
