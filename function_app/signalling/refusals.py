"""Telling participants that a message of theirs was not done."""

from __future__ import annotations

import logging

from function_app.rate_limits.limits import REFUSALS, RateLimits
from function_app.signalling.webpubsub import Signalling
from parley_protocol.addresses import participant_group
from parley_protocol.errors import ErrorCode
from parley_protocol.wire import SignallingError

_logger = logging.getLogger("parley.signalling")


class Refusals:
    """Sends `error` messages, but does not answer a flood one by one: every answer costs a request."""

    def __init__(self, signalling: Signalling, limits: RateLimits) -> None:
        self._signalling = signalling
        self._limits = limits

    async def tell(self, participant: str, code: ErrorCode, text: str, request_id: str | None = None) -> None:
        """`text` is for people; `request_id` names the message, where it had a name."""
        if not await self._limits.allows(REFUSALS, participant):
            return
        _logger.info("refused code=%s participant=%s", code, participant)
        refusal = SignallingError(request_id=request_id, code=code, message=text)
        await self._signalling.send(participant_group(participant), refusal)
