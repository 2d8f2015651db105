"""How the services of Azure Communication Services refuse, for the channels that use them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError

from function_app.notifications.port import Outcome, Result

CONNECT_SECONDS = 3
_LONGEST_PAUSE = timedelta(hours=1)

Answer = TypeVar("Answer")


async def bounded(seconds: float, ask: Callable[[], Awaitable[Answer]]) -> Answer | Outcome:
    """What `ask` gives within so many seconds, or what its failure means for the attempt."""
    try:
        async with asyncio.timeout(seconds):
            return await ask()
    except HttpResponseError as error:
        return _outcome_of_refusal(error)
    except ServiceRequestError as error:
        return Outcome(Result.FAILED, type(error).__name__)  # It never left.
    except (AzureError, TimeoutError, OSError) as error:
        return Outcome(Result.UNKNOWN, type(error).__name__)


def _outcome_of_refusal(error: HttpResponseError) -> Outcome:
    """400 is about the recipient, as all else in a request is ours; 409 is a repeat of what is not done yet."""
    code = error.error.code if error.error and error.error.code else f"Http{error.status_code}"
    match error.status_code:
        case 400:
            return Outcome(Result.REFUSED, code)
        case 409:
            return Outcome(Result.UNKNOWN, code)
    return Outcome(Result.FAILED, code, _retry_after(error))


def _retry_after(error: HttpResponseError) -> timedelta:
    headers = getattr(error.response, "headers", {})  # The declared type lacks them.
    text = str(headers.get("Retry-After", ""))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return timedelta()
    return min(timedelta(seconds=int(text)), _LONGEST_PAUSE)
