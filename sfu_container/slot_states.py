"""What a participant is told of its Slots."""

from __future__ import annotations

from parley_protocol.control import SlotRefusal, SlotState
from parley_protocol.errors import ErrorCode
from sfu_container.engine import CodecUnsupported, SlotChanged

SlotNews = SlotChanged | CodecUnsupported


def slot_state(mid: str, news: SlotNews, owner: str | None) -> SlotState:
    """What the Slot carries, or cannot; nothing where the Publication's participant, `owner`, is gone meanwhile."""
    match news:
        case SlotChanged(publication=publication, rid=rid) if owner is not None:
            return SlotState(mid=mid, publication=publication, participant=owner, rid=rid)
        case CodecUnsupported(publication=publication, codec=codec) if owner is not None:
            refusal = SlotRefusal(publication=publication, code=ErrorCode.CODEC_UNSUPPORTED, codec=codec)
            return SlotState(mid=mid, refusal=refusal)
    return SlotState(mid=mid)
