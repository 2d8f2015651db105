"""SMS as Azure Communication Services takes it (learn.microsoft.com/rest/api/communication/sms/sms/send)."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from local_azure.acs.errors import RefusedError
from local_azure.acs.requests import json_object
from local_azure.mailbox.messages import Mailbox, SentMessage
from local_azure.mailbox.reports import DeliveryReports

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_NOBODY = "+1999"
"""How numbers begin that nobody has."""


class Texts:
    def __init__(self, mailbox: Mailbox, reports: DeliveryReports) -> None:
        self._mailbox = mailbox
        self._reports = reports
        self._answers: dict[str, dict[str, Any]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/sms", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        sender, message, recipients = body.get("from"), body.get("message"), body.get("smsRecipients")
        if not isinstance(sender, str) or not isinstance(message, str) or not isinstance(recipients, list):
            raise RefusedError(400, "BadRequest", "`from`, `message` and `smsRecipients` are needed.")
        options = body.get("smsSendOptions")
        options = options if isinstance(options, dict) else {}
        tag = str(options.get("tag", "")) if options.get("enableDeliveryReport") is True else None
        answers = [self._answer(sender, message, one, tag) for one in recipients if isinstance(one, dict)]
        return web.json_response({"value": answers}, status=202)

    def _answer(self, sender: str, text: str, recipient: dict[str, Any], tag: str | None) -> dict[str, Any]:
        """`tag` comes back in the report; None where none is wanted."""
        to, repeatability = str(recipient.get("to", "")), str(recipient.get("repeatabilityRequestId") or uuid.uuid4())
        if known := self._answers.get(repeatability):
            return known
        answer: dict[str, Any] = {"to": to, "repeatabilityResult": "accepted"}
        if not _NUMBER.fullmatch(to) or to.startswith(_NOBODY):
            return answer | {"httpStatusCode": 400, "successful": False, "errorMessage": "Invalid To phone number."}
        message = str(uuid.uuid4())
        self._mailbox.take(SentMessage(message, "sms", sender, to, "", text, datetime.now(UTC)))
        if tag is not None:
            self._reports.of_text(message, sender, to, tag)
        answer |= {"httpStatusCode": 202, "successful": True, "messageId": message}
        self._answers[repeatability] = answer
        return answer
