"""What Peers without a control channel see: nobody asks for them, so the Room keeps their Slots filled itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from parley_protocol.grants import Source
from parley_protocol.wire import ParticipantStatus, SlotRequest
from sfu_container.members import Members
from sfu_container.peer import Peer

FULL_HEIGHT = 8192
"""More than any layer has: the highest is sent."""
FULL_PRIORITY = 100

Shown = tuple[str | None, str | None]
"""The Publications for the video and the audio Slot."""


@dataclass(frozen=True, slots=True)
class View:
    """Whom to show: one participant, or whoever speaks. Audio Slots of the latter are filled by the Engine."""

    participant: str | None = None


@dataclass(slots=True)
class _Viewer:
    peer: Peer
    view: View
    shown: Shown = (None, None)
    """What its Slots were last filled with."""
    video: str | None = field(init=False)
    audio: str | None = field(init=False)

    def __post_init__(self) -> None:
        kinds = {slot.kind: slot.mid for slot in reversed(self.peer.media.negotiated_slots)}
        self.video, self.audio = kinds.get("video"), kinds.get("audio")

    def show(self, wanted: Shown) -> None:
        for mid, before, now in zip((self.video, self.audio), self.shown, wanted, strict=True):
            if mid is not None and now != before:
                request = SlotRequest(mid=mid, publication=now, max_height=FULL_HEIGHT, priority=FULL_PRIORITY)
                self.peer.media.fill(request)
        self.shown = wanted


class Viewers:
    """Shows each viewer its view, and follows: who speaks, who turns a camera on, who comes back as a new Peer."""

    def __init__(self, members: Members) -> None:
        self.dominant: str | None = None
        """The participant who spoke last."""
        self._members = members
        self._viewers: dict[str, _Viewer] = {}
        self._on_stage: str | None = None

    def add(self, peer: Peer, view: View) -> None:
        viewer = self._viewers[peer.id] = _Viewer(peer, view)
        viewer.show(self._wanted(view))

    def remove(self, peer: Peer) -> None:
        self._viewers.pop(peer.id, None)

    def update(self) -> None:
        """Fill the Slots anew where something else is to be seen or heard; to be called in a steady rhythm."""
        wanted = {viewer.view: self._wanted(viewer.view) for viewer in self._viewers.values()}
        for viewer in self._viewers.values():
            viewer.show(wanted[viewer.view])

    def _wanted(self, view: View) -> Shown:
        if view.participant is None:
            return self._stage_camera(), None
        return self._published(view.participant, Source.CAMERA), self._published(view.participant, Source.MICROPHONE)

    def _stage_camera(self) -> str | None:
        """The camera of who speaks; while that is off or silent, the one that was shown before, or any."""
        connected = [peer.participant for peer in self._members if peer.status is ParticipantStatus.CONNECTED]
        for participant in (self.dominant, self._on_stage, *connected):
            camera = self._published(participant, Source.CAMERA)
            if camera is not None and participant in connected:
                self._on_stage = participant
                return camera
        return None

    def _published(self, participant: str | None, source: Source) -> str | None:
        """What a participant publishes of a source and has not muted."""
        peer = self._members.of_participant(participant) if participant is not None else None
        if peer is None:
            return None
        publications = peer.media.publications.values()
        return next((p.id for p in publications if p.source is source and not p.muted), None)
