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
_OURS = ("Sender", "Domain")
"""In codes that say that the settings are wrong: nobody's address has bounced for that."""

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
    """400 is about the recipient, but where it names the sender, which is ours; 409 repeats what is not done yet.

    Of what is answered 500 and above, nobody knows how far it came.
    """
    code, status = error.error.code if error.error and error.error.code else None, error.status_code or 0
    reason = code or f"Http{status}"
    if status == 400 and not any(ours in reason for ours in _OURS):
        return Outcome(Result.REFUSED, reason)
    is_open = status == 409 or status >= 500
    return Outcome(Result.UNKNOWN if is_open else Result.FAILED, reason, _retry_after(error))


def _retry_after(error: HttpResponseError) -> timedelta:
    headers = getattr(error.response, "headers", {})  # The declared type lacks them.
    text = str(headers.get("Retry-After", ""))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return timedelta()
    return min(timedelta(seconds=int(text)), _LONGEST_PAUSE)
