"""Delivery reports as Event Grid brings them: CloudEvents 1.0, to one place that is asked first whether it wants them.

What cannot be brought is tried again a few times, as there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from function_app.notifications.delivery_reports import KEY_HEADER
from function_app.timestamps import rfc3339

_ORIGIN = "eventgrid.azure.net"
_CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_RETRY_AFTER_SECONDS = (1.0, 5.0, 30.0)
_SOURCE = "/subscriptions/laptop/resourceGroups/parley/providers/Microsoft.Communication/CommunicationServices/parley"
_TIMEOUT = aiohttp.ClientTimeout(total=30)

_logger = logging.getLogger(__name__)


class DeliveryReports:
    """`url` is where they are wanted, None for nowhere; `key` is what is shown there."""

    def __init__(self, url: str | None = None, key: str = "") -> None:
        self._url = url
        self._key = key
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def of_email(self, operation: str, sender: str, to: str, status: str, said: str) -> None:
        """`status` and what the recipient's mail server `said`."""
        now = rfc3339(datetime.now(UTC))
        data = {
            "sender": sender,
            "recipient": to,
            "messageId": operation,
            "status": status,
            "deliveryStatusDetails": {"statusMessage": said},
            "deliveryAttemptTimeStamp": now,
        }
        subject = f"sender/{sender}/message/{operation}"
        self._report("Microsoft.Communication.EmailDeliveryReportReceived", subject, data)

    def of_text(self, message: str, sender: str, to: str, tag: str) -> None:
        now = rfc3339(datetime.now(UTC))
        data = {
            "messageId": message,
            "from": sender,
            "to": to,
            "deliveryStatus": "Delivered",
            "deliveryStatusDetails": "No error.",
            "receivedTimestamp": now,
            "deliveryAttempts": [{"timestamp": now, "segmentsSucceeded": 1, "segmentsFailed": 0}],
            "Tag": tag,
        }
        self._report("Microsoft.Communication.SMSDeliveryReportReceived", f"/phonenumber/{to}", data)

    async def deliver(self, _app: web.Application) -> AsyncIterator[None]:
        """Brings them for as long as the application lives."""
        if self._url is None:
            yield
            return
        delivering = asyncio.create_task(self._deliver(self._url))
        yield
        delivering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivering

    def _report(self, kind: str, subject: str, data: dict[str, Any]) -> None:
        if self._url is None:
            return
        event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": _SOURCE, "type": kind, "subject": subject}
        self._waiting.put_nowait({**event, "time": rfc3339(datetime.now(UTC)), "data": data})

    async def _deliver(self, url: str) -> None:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as http, asyncio.TaskGroup() as under_way:
            while True:
                under_way.create_task(self._bring(http, url, await self._waiting.get()))

    async def _bring(self, http: aiohttp.ClientSession, url: str, event: dict[str, Any]) -> None:
        for pause in (0.0, *_RETRY_AFTER_SECONDS):
            await asyncio.sleep(pause)
            try:
                return await self._post(http, url, event)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                _logger.warning("a delivery report was not taken: %r", error)
        return None

    async def _post(self, http: aiohttp.ClientSession, url: str, event: dict[str, Any]) -> None:
        async with http.options(url, headers={"WebHook-Request-Origin": _ORIGIN}) as answer:
            answer.raise_for_status()
            if answer.headers.get("WebHook-Allowed-Origin") not in ("*", _ORIGIN):
                raise aiohttp.ClientError(f"{url} wants no events")
        headers = {"Content-Type": _CONTENT_TYPE, KEY_HEADER: self._key}
        async with http.post(url, json=event, headers=headers) as answer:
            answer.raise_for_status()
