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
from sfu_container.peer_slots import PeerSlots
from sfu_container.remapping import check_mappings


@dataclass(slots=True)
class Publication:
    """A track that a Peer publishes on one of its m-lines."""

    id: str
    mid: str
    source: Source
    muted: bool
    told: Encodings | None = None
    """Which encodings its publisher was last told to send; before, it sends all."""


class PeerMedia:
    """The m-lines of one Peer. `plan` decides and may refuse; `apply` then changes the Engine."""

    def __init__(self, peer: str, grants: Grants, engine: Engine) -> None:
        self.publications: dict[str, Publication] = {}
        self._peer = peer
        self._grants = grants
        self._engine = engine
        self._lines: dict[str, NegotiatedLine] = {}
        self._streams = SlotStreamAllocator()
        self._slots = PeerSlots(peer, engine)

    def plan(self, offer: Offer, wanted: Sequence[PublicationOffer]) -> list[NegotiatedLine]:
        """Decide on an offer without changing anything.

        Raises:
            UnsupportedOfferError: it asks for what the node does not do, drops or reorders earlier m-lines, or lets
                a payload type or extension id of one stand for something else.
            NotAllowedError, SlotNotFoundError, MalformedMessageError: a wanted Publication cannot be had.
        """
        lines = negotiate(offer, self._grants, self._streams)
        if [line.mid for line in lines][: len(self._lines)] != list(self._lines):
            raise UnsupportedOfferError("m-lines may be added at the end, not dropped or reordered")
        for before, line in zip(self._lines.values(), lines, strict=False):
            check_mappings(before, line)
        by_mid = {line.mid: line for line in lines}
        sources = {mid: s for mid, s in self._sources.items() if by_mid[mid].use is LineUse.PUBLICATION}
        for publication in wanted:
            self._check_publication(by_mid.get(publication.mid), publication.mid, publication.source, sources)
            sources[publication.mid] = publication.source
        return lines

    def apply(self, lines: Sequence[NegotiatedLine], wanted: Sequence[PublicationOffer]) -> None:
        """Carry a plan out. What was published or taken as a Slot stays, unless its m-line is used otherwise now."""
        lines_before, self._lines = self._lines, {line.mid: line for line in lines}
        for publication in list(self.publications.values()):
            self._keep_up(publication, lines_before[publication.mid], self._lines[publication.mid])
        for line in lines:
            self._slots.take(line)
        for publication_offer in wanted:
            self.publish(publication_offer.mid, publication_offer.source, publication_offer.muted)

    def _keep_up(self, publication: Publication, before: NegotiatedLine, now: NegotiatedLine) -> None:
        """Let a Publication go on as its m-line is negotiated now, if it can; other encodings make it another one."""
        if now.use is not LineUse.PUBLICATION:
            self.unpublish(publication.id)
        elif now.as_publication.encodings != before.as_publication.encodings:
            self.unpublish(publication.id)
            self.publish(publication.mid, publication.source, publication.muted)
        elif now.as_publication != before.as_publication:
            self._engine.add_publication(self._peer, publication.id, now.as_publication)

    @property
    def slots(self) -> dict[str, SlotState]:
        """What each Slot carries now, by mid."""
        return self._slots.states

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
        self._engine.add_publication(self._peer, publication.id, line.as_publication)
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
        self._slots.fill(request)

    @property
    def negotiated_slots(self) -> tuple[NegotiatedSlot, ...]:
        """In the order of their m-lines."""
        slots = [line for mid, line in self._lines.items() if mid in self.slots]
        return tuple(NegotiatedSlot(mid=line.mid, kind=line.media_kind) for line in slots)

    @property
    def negotiated_publications(self) -> tuple[NegotiatedPublication, ...]:
        return tuple(
            NegotiatedPublication(mid=p.mid, publication=p.id, source=p.source) for p in self.publications.values()
        )
