"""E-mail as Azure Communication Services takes it (learn.microsoft.com/rest/api/communication/email/email/send).

Repeats are told as that service does: for five minutes, by the header Repeatability-Request-Id, and only of the same
body (learn.microsoft.com/rest/api/communication/repeatable-requests).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import web

from local_azure.acs.errors import RefusedError
from local_azure.acs.requests import json_object
from local_azure.mailbox.messages import Attachment, Mailbox, SentMessage
from local_azure.mailbox.reports import DeliveryReports

NOBODY = "nobody.example"
"""Mail to this domain is dropped, as it would be for an address that has bounced before."""
BOUNCING = "bounces.example"
"""Mail to this domain is taken and bounces later, where nobody has the address."""
_TRACKED = timedelta(minutes=5)
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class _Operation:
    id: str
    request: str
    """The id of the repeatable request."""
    digest: str
    first_sent: datetime
    was_dropped: bool

    def body(self, status: str | None = None) -> dict[str, Any]:
        if status:
            return {"id": self.id, "status": status}
        if self.was_dropped:
            error = {"code": "EmailDroppedAllRecipientsSuppressed", "message": "All recipients are suppressed."}
            return {"id": self.id, "status": "Failed", "error": error}
        return {"id": self.id, "status": "Succeeded"}


class Emails:
    def __init__(
        self, mailbox: Mailbox, reports: DeliveryReports, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._mailbox = mailbox
        self._reports = reports
        self._now = now
        self._operations: dict[str, _Operation] = {}  # Bounded by the life of a laptop's run.

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/emails:send", self._send), web.get("/emails/operations/{operation}", self._status)]

    async def _send(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        wanted = self._operation(request, hashlib.sha256(await request.read()).hexdigest())
        known = self._repeated(wanted)
        if known is None:
            message = _message(wanted.id, body, self._now())
            known = _Operation(
                wanted.id, wanted.request, wanted.digest, wanted.first_sent, message.to.endswith(f"@{NOBODY}")
            )
            self._operations[known.id] = known
            if not known.was_dropped:
                self._mailbox.take(message)
                self._report(message)
        location = f"{request.url.origin()}/emails/operations/{known.id}?{request.query_string}"
        headers = {"Operation-Location": location, "retry-after": "30"}
        return web.json_response(known.body("Running"), status=202, headers=headers)

    def _report(self, message: SentMessage) -> None:
        status, said = "Delivered", "250 2.0.0 OK"
        if message.to.endswith(f"@{BOUNCING}"):
            status, said = "Bounced", f"550 5.1.1 <{message.to}>: Recipient address rejected"
        self._reports.of_email(message.id, message.sender, message.to, status, said)

    async def _status(self, request: web.Request) -> web.Response:
        known = self._operations.get(request.match_info["operation"])
        if known is None:
            raise RefusedError(404, "NotFound", "There is no such operation.")
        return web.json_response(known.body())

    def _operation(self, request: web.Request, digest: str) -> _Operation:
        operation = request.headers.get("Operation-Id") or str(uuid.uuid4())
        repeatability = request.headers.get("Repeatability-Request-Id")
        if repeatability is None:
            return _Operation(operation, "", digest, self._now(), was_dropped=False)
        try:
            first_sent = parsedate_to_datetime(request.headers.get("Repeatability-First-Sent", ""))
            uuid.UUID(repeatability)
        except ValueError as error:
            raise RefusedError(400, "BadRequest", "The headers of a repeatable request are not valid.") from error
        if self._now() - first_sent > _TRACKED:
            raise RefusedError(412, "PreconditionFailed", "The request is too old to be repeated safely.")
        return _Operation(operation, repeatability, digest, first_sent, was_dropped=False)

    def _repeated(self, wanted: _Operation) -> _Operation | None:
        for known in self._operations.values():
            if wanted.request and known.request == wanted.request:
                if known.digest != wanted.digest:
                    raise RefusedError(400, "BadRequest", "The request differs from the one that it repeats.")
                return known
        if wanted.id in self._operations:
            raise RefusedError(409, "Conflict", "The operation's id was used before.")
        return None


def _message(operation: str, body: dict[str, Any], now: datetime) -> SentMessage:
    try:
        content = body["content"]
        [to] = body["recipients"]["to"]
        headers = {str(name): str(value) for name, value in (body.get("headers") or {}).items()}
        message = SentMessage(
            id=operation,
            kind="email",
            sender=_address(body["senderAddress"]),
            to=_address(to["address"]),
            subject=_one_line(content["subject"]),
            text=str(content.get("plainText", "")),
            html=str(content.get("html", "")),
            sent_on=now,
            headers={_one_line(name): _one_line(value) for name, value in headers.items()},
            attachments=tuple(map(_attachment, body.get("attachments") or [])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RefusedError(400, "BadRequest", f"The e-mail is not valid: {error}.") from error
    if sum(len(one.content) for one in message.attachments) > _MOST_BYTES:
        raise RefusedError(413, "RequestEntityTooLarge", "The e-mail is too large.")
    return message


def _attachment(body: dict[str, Any]) -> Attachment:
    try:
        content = base64.b64decode(body["contentInBase64"], validate=True)
    except binascii.Error as error:
        raise ValueError("an attachment is not in base64") from error
    return Attachment(_one_line(body["name"]), _one_line(body["contentType"]), content)


def _address(text: Any) -> str:
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text):
        raise ValueError("an address is not valid")
    return text


def _one_line(text: Any) -> str:
    if not isinstance(text, str) or not text or "\r" in text or "\n" in text:
        raise ValueError("a header is empty or has a line break")
    return text
