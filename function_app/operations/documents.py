"""How long work is kept: in the tenant's partition of the container `tenants`. It is its own progress.

notStarted ──(an instance takes it)──▶ running ──(nothing is left to do)──▶ succeeded
                                         │
                                         └──(it has failed MOST_FAILURES times, by a fault of ours)──▶ failed

An instance that dies leaves a running one behind, which another takes when `claimed_until` is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Self

from function_app.stores.documents import Document
from function_app.timestamps import Timestamp
from parley_protocol.ids import new_id

CLAIMED_FOR = timedelta(seconds=60)
"""For so long nobody else takes what an instance works at; each step prolongs it."""
MOST_FAILURES = 20
KEPT_SECONDS = 30 * 24 * 3600
"""How long one that has ended can be looked at."""
_FOR_EVER = -1


class OperationStatus(StrEnum):
    NOT_STARTED = "notStarted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Operation(Document):
    type: Literal["operation"] = "operation"
    kind: Literal["eraseUser"] = "eraseUser"
    status: OperationStatus = OperationStatus.NOT_STARTED
    subject: str | None
    """The user whom it is about, until it has ended: then nothing here says who it was."""
    found: int = 0
    """How many things there were to do when it began."""
    finished: int = 0
    """How many of them are done."""
    failures: int = 0
    created_on: Timestamp
    updated_on: Timestamp
    claimed_until: Timestamp | None = None
    ttl: int = _FOR_EVER

    @classmethod
    def new(cls, tenant: str, user: str, found: int, now: datetime) -> Self:
        identity = new_id("op")
        return cls(id=identity, tenant_id=tenant, subject=user, found=found, created_on=now, updated_on=now)

    @property
    def has_ended(self) -> bool:
        return self.status in (OperationStatus.SUCCEEDED, OperationStatus.FAILED)

    @property
    def percent(self) -> int:
        """How far it has come; 100 only when all is done."""
        if self.status is OperationStatus.SUCCEEDED:
            return 100
        return min(99, 100 * self.finished // self.found) if self.found else 0

    def claimed(self, now: datetime, *, finished: int = 0) -> Self:
        """Being worked at, with so many more things done."""
        told = {"status": OperationStatus.RUNNING, "finished": self.finished + finished}
        return self._changed(now, claimed_until=now + CLAIMED_FOR, **told)

    def let_go(self, now: datetime) -> Self:
        """For whoever takes it next."""
        return self._changed(now, claimed_until=None)

    def succeeded(self, now: datetime) -> Self:
        return self._ended(now, OperationStatus.SUCCEEDED)

    def failed_once(self, now: datetime) -> Self:
        """To be tried again when the claim is over, unless that was once too often."""
        failures = self.failures + 1
        if failures < MOST_FAILURES:
            return self._changed(now, failures=failures)
        return self._ended(now, OperationStatus.FAILED, failures=failures)

    def _ended(self, now: datetime, status: OperationStatus, **changes: object) -> Self:
        return self._changed(now, status=status, subject=None, claimed_until=None, ttl=KEPT_SECONDS, **changes)

    def _changed(self, now: datetime, **changes: object) -> Self:
        return self.model_copy(update={"updated_on": now, **changes})
