"""`/meetings/{id}/messages`: the chat history."""

from __future__ import annotations

from fastapi import APIRouter

from function_app.api.credentials import ReadableMeeting, ServicesOf
from function_app.api.models import Response
from function_app.api.paging import DEFAULT_PAGE_SIZE, ContinuationToken, PageSize, Paging
from parley_protocol.signalling import ChatMessage

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
    size: PageSize = DEFAULT_PAGE_SIZE,
    continuation: ContinuationToken = None,
) -> MessageList:
    """What was said in the meeting's chat: the latest page first, and within a page the newest last."""
    path = f"/meetings/{meeting.meeting_id}/messages"
    paging = Paging(services, path, (*meeting.key, "messages"), size, continuation)
    history = await services.chat.history(meeting, size, paging.continuation)
    value = [stored.message() for stored in history.messages]
    return MessageList(value=value, next_link=paging.next_link(history.before))
