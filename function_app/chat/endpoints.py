"""`/meetings/{id}/messages`: the chat history."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from function_app.api.continuation import MAXIMUM_LENGTH, PARAMETER
from function_app.api.credentials import ReadableMeeting, ServicesOf
from function_app.api.models import Response
from parley_protocol.signalling import ChatMessage

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 200

router = APIRouter(tags=["chat"])


class MessageList(Response):
    value: list[ChatMessage]
    """Newest last."""
    next_link: str | None = None
    """The address of the page of older messages; absent when there are none."""


@router.get("/meetings/{id}/messages", operation_id="listMessages", response_model_exclude_none=True)
async def list_messages(
    meeting: ReadableMeeting,
    services: ServicesOf,
    size: Annotated[int, Query(alias="maxpagesize", ge=1, le=MAXIMUM_PAGE_SIZE)] = DEFAULT_PAGE_SIZE,
    continuation: Annotated[str | None, Query(alias=PARAMETER, max_length=MAXIMUM_LENGTH)] = None,
) -> MessageList:
    """What was said in the meeting's chat: the latest page first, and within a page the newest last."""
    listing = (*meeting.key, "messages")
    before = services.continuations.open(listing, continuation) if continuation else None
    history = await services.chat.history(meeting, size, before)
    next_link = None
    if history.before:
        token = services.continuations.seal(listing, history.before)
        query = urlencode({"maxpagesize": size, PARAMETER: token})
        next_link = f"{services.settings.public_url}/meetings/{meeting.meeting_id}/messages?{query}"
    return MessageList(value=[stored.message() for stored in history.messages], next_link=next_link)
