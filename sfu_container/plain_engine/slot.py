"""A Slot: what it is to carry, what it carries, and when it changes over.

`wanted` is the Publication that the Slot shall carry, `target` the encoding of it that fits best now, `current` the
encoding that it does carry. They differ while a keyframe is awaited:

    wish or flow changes  → `retarget` chooses `target` and asks it for a keyframe; `current` goes on
    keyframe of `target`  → `current = target`
    keyframe of another encoding of `wanted`, while `current` is not of `wanted` or has stopped
                          → `current` is that one, since some picture is better than none
    paused, or gone       → `current` is nothing; a keyframe begins it again
"""

from __future__ import annotations

from collections.abc import Callable

from sfu_container.engine import Event, MediaKind, SlotChanged
from sfu_container.plain_engine.layers import TemporalFilter, choose_stream
from sfu_container.plain_engine.media import MediaPacket
from sfu_container.plain_engine.publication import Publication
from sfu_container.plain_engine.received_stream import ReceivedStream
from sfu_container.plain_engine.rtcp import SenderReport
from sfu_container.plain_engine.slot_output import SlotOutput

_ALL_LAYERS = 3


class Slot:
    def __init__(self, slot: str, kind: MediaKind, output: SlotOutput, emit: Callable[[Event], None]) -> None:
        self.id = slot
        self.kind = kind
        self.paused = False
        self.wanted: Publication | None = None
        self.target: ReceivedStream | None = None
        self.current: ReceivedStream | None = None
        self.output = output
        self._max_height = 0
        self._temporal = TemporalFilter(_ALL_LAYERS)
        self._emit = emit

    def want(
        self, publication: Publication | None, now: float, max_height: int = 0, max_temporal: int = _ALL_LAYERS
    ) -> None:
        """Carry a Publication from its next keyframe or sound on; None empties the Slot at once."""
        self._max_height = max_height
        self._temporal.set_limit(max_temporal)
        before, self.wanted = self.wanted, publication
        if publication is None or (self.kind == "audio" and publication is not before):
            # Sound has no keyframe to wait for, and the one before may be heard in another Slot from now on.
            self._become(None)
        if publication is not None:
            publication.slots[self.id] = self
        self._leave_unless_needed(before)
        self.retarget(now)

    def pause(self, paused: bool, now: float) -> None:
        """Carry nothing for a while; afterwards go on with the next keyframe."""
        self.paused = paused
        self.retarget(now)

    def retarget(self, now: float) -> None:
        """Choose the encoding again, after a change of wishes or of what flows."""
        self.target = None
        if self.paused or (self.current is not None and self.current.publication.paused):
            self._become(None)
        if self.paused or self.wanted is None or self.wanted.paused:
            return
        chosen = choose_stream(self.wanted.streams_lowest_first(), self._max_height, now)
        if chosen is not None and chosen is not self.current:
            self.target = chosen
            chosen.ask_for_keyframe(now)

    def forward(self, media: MediaPacket, now: float) -> None:
        """Send a packet of the current stream."""
        if self._temporal.admits(media.frame):
            self.output.write(media, now)
        else:
            self.output.skip(media)

    def consider(self, stream: ReceivedStream, media: MediaPacket, now: float) -> None:
        """Change over to a stream with a packet that can begin it, if that is what is waited for."""
        if self.paused or stream.publication is not self.wanted or not self.output.can_carry(media):
            return
        current = self.current
        is_better = current is None or current.publication is not self.wanted or not current.is_flowing(now)
        if stream is not self.target and not is_better:
            return
        self.output.begin(media, stream.publication.extension_ids, now)
        self._become(stream)
        self.forward(media, now)
        for later in stream.after(media.index):
            self.forward(later, now)
        if stream.last_sender_report is not None:
            self.output.report(stream.last_sender_report)
        self.retarget(now)

    def report(self, stream: ReceivedStream, report: SenderReport) -> None:
        """Pass a Sender Report on if it is about the current stream."""
        if self.current is stream:
            self.output.report(report)

    def lose(self, stream: ReceivedStream) -> None:
        """A stream is gone."""
        if self.target is stream:
            self.target = None
        if self.current is stream:
            self._become(None)

    def forget(self, publication: Publication) -> None:
        """A Publication is gone."""
        if self.wanted is publication:
            self.wanted = self.target = None
        if self.current is not None and self.current.publication is publication:
            self._become(None)
        publication.slots.pop(self.id, None)

    def close(self) -> None:
        """Leave all Publications, without an event."""
        publications = {self.wanted, None if self.current is None else self.current.publication}
        self.wanted = self.target = self.current = None
        for publication in publications:
            self._leave_unless_needed(publication)

    def _become(self, stream: ReceivedStream | None) -> None:
        before, self.current = self.current, stream
        if before is stream:
            return
        if before is not None:
            self._leave_unless_needed(before.publication)
        publication = None if stream is None else stream.publication.id
        self._emit(SlotChanged(self.id, publication, None if stream is None else stream.rid))

    def _leave_unless_needed(self, publication: Publication | None) -> None:
        carried = None if self.current is None else self.current.publication
        if publication is not None and publication is not self.wanted and publication is not carried:
            publication.slots.pop(self.id, None)
