"""What a WHIP or WHEP client may offer: one picture, one sound, one direction (RFC 9725, 4.4)."""

from __future__ import annotations

from parley_protocol.grants import Grants, Source
from parley_protocol.wire import PublicationOffer
from sfu_container.errors import NotAllowedError, UnsupportedOfferError
from sfu_container.offer import Offer

SOURCES = {"video": Source.CAMERA, "audio": Source.MICROPHONE}


def publications_of(offer: Offer) -> list[PublicationOffer]:
    """The camera and the microphone that a WHIP offer sends. Raises UnsupportedOfferError.

    No m-line is rejected by itself: a publisher that is heard but not seen would not know it.
    """
    _require_one_of_each(offer)
    if any(media.direction not in ("sendonly", "sendrecv") for media in offer.media):
        raise UnsupportedOfferError("a WHIP client sends only: every m-line must be sendonly or sendrecv")
    return [PublicationOffer(mid=media.mid, source=SOURCES[media.kind]) for media in offer.media]


def require_viewer(offer: Offer, grants: Grants) -> None:
    """Raises UnsupportedOfferError for a WHEP offer that sends, and NotAllowedError for who may not see."""
    _require_one_of_each(offer)
    if any(media.direction != "recvonly" for media in offer.media):
        raise UnsupportedOfferError("a WHEP client receives only: every m-line must be recvonly")
    if not grants.subscribe:
        raise NotAllowedError("the token lets nobody watch")


def _require_one_of_each(offer: Offer) -> None:
    kinds = [media.kind for media in offer.media]
    if any(media.rejected or media.kind not in SOURCES for media in offer.media) or len(set(kinds)) != len(kinds):
        raise UnsupportedOfferError("the offer may have one audio and one video m-line, and no others")
