"""A track that a Peer publishes: its encodings as they are negotiated and as they flow, and the Slots it goes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfu_container.engine import Codec, Encoding, MediaKind
from sfu_container.plain_engine.audio_level import AudioLevel, read_level
from sfu_container.plain_engine.header_extensions import AUDIO_LEVEL, ids_by_uri
from sfu_container.plain_engine.media import MediaPacket
from sfu_container.plain_engine.received_stream import ReceivedStream

if TYPE_CHECKING:
    from sfu_container.plain_engine.slot import Slot


class Publication:
    def __init__(
        self,
        peer: str,
        publication: str,
        kind: MediaKind,
        mid: str,
        encodings: Sequence[Encoding],
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
    ) -> None:
        self.id = publication
        self.peer = peer
        self.kind = kind
        self.mid = mid
        self.encodings = tuple(encodings) or (Encoding(),)
        self.codecs = {codec.payload_type: codec for codec in codecs}
        self.repaired_types = {
            codec.rtx_payload_type: codec.payload_type for codec in codecs if codec.rtx_payload_type is not None
        }
        """The payload type that each RTX payload type repairs (`apt`)."""
        self.extension_ids = ids_by_uri(extensions)
        self.paused = False
        self.level = AudioLevel()
        self.streams: dict[str | None, ReceivedStream] = {}
        """By rid, those that have begun."""
        self.slots: dict[str, Slot] = {}
        """The Slots that carry it or wish to."""

    def encoding(self, rid: str | None) -> Encoding | None:
        """The encoding that packets with this rid belong to; a Publication of one encoding needs no rid."""
        if len(self.encodings) == 1:
            return self.encodings[0]
        return next((encoding for encoding in self.encodings if encoding.rid == rid), None)

    def streams_lowest_first(self) -> list[ReceivedStream]:
        """The streams that have begun, in the order of the encodings."""
        return [self.streams[encoding.rid] for encoding in self.encodings if encoding.rid in self.streams]

    def deliver(self, stream: ReceivedStream, media: MediaPacket, now: float) -> None:
        """Hand a packet to the Slots that carry its stream, or that may begin to with it."""
        if self.paused:
            return
        if self.kind == "audio":
            self.level.hear(read_level(media.rtp, self.extension_ids.get(AUDIO_LEVEL)), now)
        is_switch_point = media.is_switch_point
        for slot in self.slots.values():
            if slot.current is stream:
                slot.forward(media, now)
            elif is_switch_point:
                slot.consider(stream, media, now)

    def retarget_slots(self, now: float) -> None:
        """Let every Slot choose its encoding again."""
        for slot in tuple(self.slots.values()):
            slot.retarget(now)

    def lose(self, stream: ReceivedStream) -> None:
        """A stream is gone: another SSRC took its place, or its Publication is removed."""
        if self.streams.get(stream.rid) is stream:
            del self.streams[stream.rid]
        for slot in tuple(self.slots.values()):
            slot.lose(stream)

    def close(self) -> None:
        """Leave all Slots empty that carried it."""
        for slot in tuple(self.slots.values()):
            slot.forget(self)
        self.streams.clear()
