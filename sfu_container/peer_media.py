"""What one Peer sends and receives: its m-lines with their Publications and Slots, kept in step with the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parley_protocol.control import Encodings, EncodingState, SlotState
from parley_protocol.grants import Grants, Source
from parley_protocol.ids import new_id
from parley_protocol.signalling import NegotiatedPublication, NegotiatedSlot
from parley_protocol.wire import PublicationOffer, SlotRequest
from sfu_container.engine import EncodingsWanted, Engine
from sfu_container.errors import (
    MalformedMessageError,
    NotAllowedError,
    PublicationNotFoundError,
    SlotNotFoundError,
    UnsupportedOfferError,
)
from sfu_container.negotiation import LineUse, NegotiatedLine, SlotStreamAllocator, negotiate
from sfu_container.offer import Offer

ALL_TEMPORAL_LAYERS = 7


@dataclass(slots=True)
class Publication:
    """A track that a Peer publishes on one of its m-lines."""

    id: str
    mid: str
    source: Source
    muted: bool
    told: Encodings | None = None
    """Which encodings its publisher was last told to send; before, it sends all."""


def slot_id(peer: str, mid: str) -> str:
    """The Engine's name for a Slot."""
    return f"{peer}/{mid}"


def parse_slot_id(slot: str) -> tuple[str, str]:
    """The Peer and the mid in a Slot's name."""
    peer, _, mid = slot.partition("/")
    return peer, mid


class PeerMedia:
    """The m-lines of one Peer. `plan` decides and may refuse; `apply` then changes the Engine."""

    def __init__(self, peer: str, grants: Grants, engine: Engine) -> None:
        self.publications: dict[str, Publication] = {}
        self.slots: dict[str, SlotState] = {}
        """What each Slot carries now, by mid."""
        self._peer = peer
        self._grants = grants
        self._engine = engine
        self._lines: dict[str, NegotiatedLine] = {}
        self._streams = SlotStreamAllocator()

    def plan(self, offer: Offer, wanted: Sequence[PublicationOffer]) -> list[NegotiatedLine]:
        """Decide on an offer without changing anything.

        Raises:
            UnsupportedOfferError: it asks for what the node does not do, or drops or reorders earlier m-lines.
            NotAllowedError, SlotNotFoundError, MalformedMessageError: a wanted Publication cannot be had.
        """
        lines = negotiate(offer, self._grants, self._streams)
        if [line.mid for line in lines][: len(self._lines)] != list(self._lines):
            raise UnsupportedOfferError("m-lines may be added at the end, not dropped or reordered")
        by_mid = {line.mid: line for line in lines}
        sources = {mid: s for mid, s in self._sources.items() if by_mid[mid].use is LineUse.PUBLICATION}
        for publication in wanted:
            self._check_publication(by_mid.get(publication.mid), publication.mid, publication.source, sources)
            sources[publication.mid] = publication.source
        return lines

    def apply(self, lines: Sequence[NegotiatedLine], wanted: Sequence[PublicationOffer]) -> None:
        """Carry a plan out. What was published or taken as a Slot stays, unless its m-line is used otherwise now."""
        self._lines = {line.mid: line for line in lines}
        for publication in list(self.publications.values()):
            if self._lines[publication.mid].use is not LineUse.PUBLICATION:
                self.unpublish(publication.id)
        for line in lines:
            if line.use is LineUse.SLOT and line.mid not in self.slots:
                self._add_slot(line)
            elif line.use is not LineUse.SLOT and line.mid in self.slots:
                del self.slots[line.mid]
                self._engine.remove(slot_id(self._peer, line.mid))
        for publication_offer in wanted:
            self.publish(publication_offer.mid, publication_offer.source, publication_offer.muted)

    @property
    def lines(self) -> tuple[NegotiatedLine, ...]:
        """The m-lines as last negotiated, in their order."""
        return tuple(self._lines.values())

    @property
    def _sources(self) -> dict[str, Source]:
        """What is published, by mid."""
        return {publication.mid: publication.source for publication in self.publications.values()}

    def _check_publication(
        self, line: NegotiatedLine | None, mid: str, source: Source, published: Mapping[str, Source]
    ) -> NegotiatedLine:
        if source not in self._grants.publish:
            raise NotAllowedError(f"the participant may not publish {source}")
        if any(other is source and other_mid != mid for other_mid, other in published.items()):
            raise NotAllowedError(f"the participant publishes {source} already; unpublish it first")
        if line is None or line.use is not LineUse.PUBLICATION:
            raise SlotNotFoundError(f"there is no m-line {mid} to publish on")
        if line.kind != source.kind:
            raise MalformedMessageError(f"{source} is {source.kind}, m-line {mid} is {line.kind}")
        return line

    def _add_slot(self, line: NegotiatedLine) -> None:
        streams = self._streams.streams(line.mid, with_rtx=line.rtx_ssrc is not None)
        self._engine.add_slot(
            peer=self._peer,
            slot=slot_id(self._peer, line.mid),
            kind=line.media_kind,
            mid=line.mid,
            ssrc=streams.ssrc,
            rtx_ssrc=streams.rtx_ssrc,
            codecs=line.codecs,
            extensions=line.extensions,
        )
        self.slots[line.mid] = SlotState(mid=line.mid)

    def publish(self, mid: str, source: Source, muted: bool) -> Publication:
        """Begin to take what flows on an m-line; the same Publication again when it is published already.

        Raises:
            NotAllowedError, SlotNotFoundError, MalformedMessageError: it cannot be published there.
        """
        line = self._check_publication(self._lines.get(mid), mid, source, self._sources)
        existing = next((p for p in self.publications.values() if p.mid == mid), None)
        if existing is not None and existing.source is source:
            self.mute(existing.id, muted)
            return existing
        if existing is not None:
            self.unpublish(existing.id)
        publication = Publication(new_id("pub"), mid, source, muted)
        self._engine.add_publication(
            peer=self._peer,
            publication=publication.id,
            kind=line.media_kind,
            mid=mid,
            encodings=line.encodings,
            codecs=line.codecs,
            extensions=line.extensions,
        )
        if muted:
            self._engine.set_paused(publication.id, paused=True)
        self.publications[publication.id] = publication
        return publication

    def unpublish(self, publication: str) -> None:
        """Raises PublicationNotFoundError when it is not this Peer's."""
        self._own(publication)
        del self.publications[publication]
        self._engine.remove(publication)

    def mute(self, publication: str, muted: bool) -> bool:
        """Stop or go on forwarding; whether that changed anything. Raises as `unpublish`."""
        own = self._own(publication)
        if own.muted == muted:
            return False
        own.muted = muted
        self._engine.set_paused(publication, paused=muted)
        if not muted and own.source.kind == "video":
            self._engine.request_keyframe(publication)
        return True

    def mute_sources(self, sources: Sequence[Source]) -> bool:
        """Mute what is published of these sources; whether that changed anything."""
        muted = [self.mute(one.id, muted=True) for one in self.publications.values() if one.source in sources]
        return any(muted)

    def take_grants(self, grants: Grants) -> None:
        """From now on this may be published, and nothing else is."""
        self._grants = grants
        for one in list(self.publications.values()):
            if one.source not in grants.publish:
                self.unpublish(one.id)

    def encodings_wanted(self, wanted: EncodingsWanted) -> Encodings | None:
        """What to tell the publisher; nothing when the Publication is gone meanwhile."""
        own = self.publications.get(wanted.publication)
        if own is None:
            return None
        states = tuple(EncodingState(rid=rid, active=active) for rid, active in wanted.encodings)
        own.told = Encodings(publication=own.id, encodings=states)
        return own.told

    def _own(self, publication: str) -> Publication:
        if publication not in self.publications:
            raise PublicationNotFoundError("the participant has no such publication")
        return self.publications[publication]

    def route(self, request: SlotRequest) -> None:
        """Ask for a Publication in a video Slot. Raises SlotNotFoundError when there is none of that mid."""
        if request.mid not in self.slots or self._lines[request.mid].kind != "video":
            raise SlotNotFoundError(f"there is no video slot {request.mid}")
        self.fill(request)

    def fill(self, request: SlotRequest) -> None:
        """Let a Slot that there is carry a Publication; an audio Slot only where the loudest do not fill it."""
        self._engine.route(
            slot_id(self._peer, request.mid),
            request.publication,
            request.max_height,
            ALL_TEMPORAL_LAYERS,
            request.priority,
        )

    @property
    def negotiated_slots(self) -> tuple[NegotiatedSlot, ...]:
        return tuple(NegotiatedSlot(mid=mid, kind=self._lines[mid].media_kind) for mid in self.slots)

    @property
    def negotiated_publications(self) -> tuple[NegotiatedPublication, ...]:
        return tuple(
            NegotiatedPublication(mid=p.mid, publication=p.id, source=p.source) for p in self.publications.values()
        )
