"""Begins long work, and does it in steps: as long as a call of the timer may take, and the next one goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from function_app.audit.documents import AuditEntry
from function_app.errors import ApiError, OperationNotFoundError, TooManyOperationsError
from function_app.operations.documents import Operation
from function_app.operations.erasure import Erasure
from function_app.stores.operations import OperationStore
from function_app.stores.outcomes import StoreRaceError
from function_app.tenants.callers import Caller
from function_app.timestamps import Clock

MOST_UNDER_WAY = 100
"""Of one tenant."""
_TAKEN_AT_ONCE = 20
_RUN_SECONDS = 25.0
"""How long one call goes on; a timer's call must end well within a minute."""

_logger = logging.getLogger("parley.operations")


class Operations:
    def __init__(
        self,
        store: OperationStore,
        erasure: Erasure,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._erasure = erasure
        self._clock = clock
        self._monotonic = monotonic

    async def erase_user(self, caller: Caller, user: str) -> Operation:
        """Begins to erase the user, unless that is under way. Raises TooManyOperationsError."""
        under_way = await self._store.under_way(caller.tenant, MOST_UNDER_WAY)
        for operation in under_way:
            if operation.subject == user:
                return operation
        if len(under_way) >= MOST_UNDER_WAY:
            raise TooManyOperationsError
        now = self._clock()
        operation = Operation.new(caller.tenant, user, await self._erasure.count(caller.tenant, user), now)
        entry = AuditEntry.new(caller.tenant, caller.actor, "eraseUser", {"operation": operation.id}, now)
        await self._store.create(operation, entry)
        return operation

    async def get(self, tenant: str, operation: str) -> Operation:
        """Raises OperationNotFoundError."""
        found = await self._store.find(tenant, operation)
        if found is None:
            raise OperationNotFoundError
        return found

    async def run_due(self) -> None:
        """Goes on with what nobody works at. What fails does not stop the rest, and is tried again later."""
        until = self._monotonic() + _RUN_SECONDS
        for operation in await self._store.due(self._clock(), _TAKEN_AT_ONCE):
            if self._monotonic() >= until:
                return
            try:
                await self._run(operation, until)
            except StoreRaceError:
                _logger.info("operation is another's id=%s", operation.id)
            except ApiError as error:
                _logger.warning("operation waits id=%s code=%s", operation.id, error.code)

    async def _run(self, operation: Operation, until: float) -> None:
        operation = await self._store.replace(operation.claimed(self._clock()))
        try:
            while operation.subject and self._monotonic() < until:
                finished = await self._erasure.step(operation.tenant_id, operation.subject)
                operation = await self._store.replace(_after(operation, finished, self._clock()))
        except (ApiError, StoreRaceError):
            raise
        except Exception:
            _logger.exception("operation failed id=%s", operation.id)
            operation = await self._store.replace(operation.failed_once(self._clock()))
            return
        if not operation.has_ended:
            await self._store.replace(operation.let_go(self._clock()))


def _after(operation: Operation, finished: int, now: datetime) -> Operation:
    return operation.claimed(now, finished=finished) if finished else operation.succeeded(now)
