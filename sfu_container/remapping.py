"""What a later offer may not change: numbers that packets under way are read by."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from sfu_container.errors import UnsupportedOfferError
from sfu_container.negotiation import NegotiatedLine


def check_mappings(before: NegotiatedLine, now: NegotiatedLine) -> None:
    """Check that payload types and extension ids which stay mean what they meant (RFC 3264, 8.3.2; RFC 8285, 6).

    Raises:
        UnsupportedOfferError: one of them stands for something else.
    """
    _check(before.mid, "payload type", _payload_types(before), _payload_types(now))
    _check(before.mid, "extension id", before.extensions, now.extensions)


def _check(mid: str, what: str, before: Mapping[int, Hashable], now: Mapping[int, Hashable]) -> None:
    for number in before.keys() & now.keys():
        if before[number] != now[number]:
            raise UnsupportedOfferError(f"m-line {mid}: {what} {number} stands for something else than before")


def _payload_types(line: NegotiatedLine) -> dict[int, Hashable]:
    meanings: dict[int, Hashable] = {}
    for codec in line.codecs:
        # The first of its profiles is its own, whether it is sent or received in.
        meanings[codec.payload_type] = codec.name, codec.clock_rate, codec.profiles[:1]
        if codec.rtx_payload_type is not None:
            meanings[codec.rtx_payload_type] = "rtx", codec.payload_type
    return meanings
