"""SMS by Azure Communication Services, through Microsoft's own client.

The service tells a repeat by the recipient's repeatability id. The client makes that id up for each call, so a policy
of its pipeline puts the attempt's own in its place before the request is signed.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from azure.communication.sms.aio import SmsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy

from function_app.notifications.acs_answers import CONNECT_SECONDS, bounded
from function_app.notifications.port import Attempt, Message, Outcome, Result
from function_app.timestamps import Clock

_TRACKED = timedelta(minutes=4)
"""For how long the service is taken to know a repeat: the five minutes of its sisters, less one as clocks differ."""
_LONGEST = 1000
"""Characters; longer ones would cost more than a dozen messages each."""
_TRANSIENT = frozenset({408, 429})

_attempt: ContextVar[Attempt] = ContextVar("attempt")


class _OwnRepeatability(SansIOHTTPPolicy[Any, Any]):
    """Names the request by the attempt that it is part of."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        attempt = _attempt.get()
        body = json.loads(request.http_request.body)
        for recipient in body["smsRecipients"]:
            recipient["repeatabilityRequestId"] = str(attempt.id)
            recipient["repeatabilityFirstSent"] = format_datetime(attempt.first_on, usegmt=True)
        request.http_request.set_json_body(body)


class AcsSmsChannel:
    """`sender` is a phone number of the resource, or an alphanumeric id."""

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential | AsyncTokenCredential,
        sender: str,
        timeout: float,
        clock: Clock,
    ) -> None:
        self._credential = credential
        self._sender = sender
        self._timeout = timeout
        self._clock = clock
        self._client = SmsClient(
            endpoint,
            credential,
            per_call_policies=[_OwnRepeatability()],
            retry_total=0,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=timeout,
        )

    async def send(self, message: Message, attempt: Attempt) -> Outcome:
        if attempt.is_late or (attempt.is_repeat and self._clock() - attempt.first_on >= _TRACKED):
            return Outcome(Result.UNCERTAIN, "TooLateToRepeat")
        token = _attempt.set(attempt)
        try:
            return await bounded(self._timeout, lambda: self._ask(message))
        finally:
            _attempt.reset(token)

    async def close(self) -> None:
        await self._client.close()
        if isinstance(self._credential, AsyncTokenCredential):
            await self._credential.close()

    async def _ask(self, message: Message) -> Outcome:
        text = f"{message.short}\n{message.link}"[:_LONGEST]
        tag = str(_attempt.get().id)  # Comes back in the report.
        to = message.to.phone or ""
        [answer] = await self._client.send(self._sender, to, text, enable_delivery_report=True, tag=tag)
        return _judge(answer.successful, int(answer.http_status_code or 0))


def _judge(successful: bool, status: int) -> Outcome:
    if successful:
        return Outcome(Result.SENT)
    if status >= 500:
        return Outcome(Result.UNKNOWN, f"Http{status}")
    is_final = status >= 400 and status not in _TRANSIENT
    return Outcome(Result.REFUSED if is_final else Result.FAILED, f"Http{status}")
