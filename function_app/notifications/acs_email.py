"""E-mail by Azure Communication Services, through Microsoft's own client.

An attempt's id is the id of the operation at the service and of the repeatable request. The service tells a repeat for
five minutes (learn.microsoft.com/rest/api/communication/repeatable-requests); for as long as it keeps the operation, we
can ask for it, and do so before anything is sent again.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from azure.communication.email.aio import EmailClient
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.rest import HttpRequest

from function_app.notifications.acs_answers import CONNECT_SECONDS, bounded
from function_app.notifications.port import Attempt, Calendar, Message, Outcome, Result
from function_app.timestamps import Clock

API_VERSION = "2025-09-01"
_TRACKED = timedelta(minutes=4)
"""A minute less than the service does, as clocks differ."""
_DROPPED = "EmailDropped"
"""How the codes begin that mean that nothing can be sent to the address."""


class AcsEmailChannel:
    """`sender` is an address of a domain that is connected to the resource."""

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential | AsyncTokenCredential,
        sender: str,
        timeout: float,
        clock: Clock,
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._sender = sender
        self._timeout = timeout
        self._clock = clock
        self._client = EmailClient(
            endpoint,
            credential,
            api_version=API_VERSION,
            retry_total=0,  # Whoever calls us tries again, and waits in between without holding anything.
            connection_timeout=CONNECT_SECONDS,
            read_timeout=timeout,
        )

    async def send(self, message: Message, attempt: Attempt) -> Outcome:
        if attempt.is_repeat:
            known = await bounded(self._timeout, lambda: self._fate(attempt.id))
            if known is not None:
                return known
        if attempt.is_late:
            return Outcome(Result.FAILED, "late")  # The service does not know it: it was never sent.
        return await bounded(self._timeout, lambda: self._begin(message, attempt))

    async def close(self) -> None:
        await self._client.close()
        if isinstance(self._credential, AsyncTokenCredential):
            await self._credential.close()

    async def _begin(self, message: Message, attempt: Attempt) -> Outcome:
        now = self._clock()
        # Older than that, the operation is not there, or we would have heard of it: this is the first time.
        first_on = attempt.first_on if now - attempt.first_on < _TRACKED else now
        headers = {
            "Repeatability-Request-Id": str(attempt.id),
            "Repeatability-First-Sent": format_datetime(first_on, usegmt=True),
        }
        poller = await self._client.begin_send(
            _body(message, self._sender), operation_id=str(attempt.id), headers=headers, polling=False
        )
        return _outcome(await poller.result())

    async def _fate(self, operation: UUID) -> Outcome | None:
        """What became of the operation; None when the service knows of none."""
        url = f"{self._endpoint}/emails/operations/{operation}"
        request = HttpRequest("GET", url, params={"api-version": API_VERSION})
        response = await self._client.send_request(request)
        if response.status_code == 404:
            return None
        response.raise_for_status()
        return _outcome(response.json())


def _outcome(operation: Any) -> Outcome:
    match operation:
        case {"status": "Succeeded"}:
            return Outcome(Result.SENT)
        case {"status": "Failed" | "Canceled", "error": {"code": str(code)}}:
            code = code[:100]
            return Outcome(Result.REFUSED if code.startswith(_DROPPED) else Result.FAILED, code)
        case {"status": "Failed" | "Canceled" as status}:
            return Outcome(Result.FAILED, str(status))
    return Outcome(Result.ACCEPTED)


def _body(message: Message, sender: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "senderAddress": sender,
        "content": {"subject": message.subject, "plainText": message.text, "html": message.html},
        "recipients": {"to": [{"address": message.to.email, "displayName": message.to.name}]},
        "headers": {
            "List-Unsubscribe": f"<{message.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "userEngagementTrackingDisabled": True,
    }
    if message.calendar:
        body["attachments"] = [_attachment(message.calendar)]
    return body


def _attachment(calendar: Calendar) -> dict[str, str]:
    return {
        "name": "invite.ics",
        "contentType": f"text/calendar; charset=utf-8; method={calendar.method}",
        "contentInBase64": b64encode(calendar.content).decode(),
    }
