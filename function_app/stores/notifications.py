"""Notifications and reminder plans in Cosmos DB, in their meeting's partition."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from function_app.invitees.documents import Invitee
from function_app.notifications.documents import Notification
from function_app.notifications.plans import PLAN_DOCUMENT, ReminderPlan
from function_app.stores.cosmos import Container, Json
from function_app.stores.documents import MeetingKey
from function_app.stores.outcomes import AlreadyExistsError
from function_app.timestamps import rfc3339

_logger = logging.getLogger("parley.store")

_DUE = """
    SELECT * FROM c
    WHERE c.type = 'notification' AND c.dueOn <= @now AND NOT ARRAY_CONTAINS(@but, c.lane)
"""
_BY_MESSAGE = "SELECT * FROM c WHERE c.type = 'notification' AND c.messageId = @message"
_OF_INVITEE = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'notification' AND c.invitee = @invitee AND c.createdOn >= @since
    ORDER BY c.createdOn DESC
"""
_DUE_PLANS = "SELECT * FROM c WHERE c.type = 'reminderPlan' AND c.dueOn <= @now"

Read = TypeVar("Read")


class NotificationStore:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def create(self, key: MeetingKey, notifications: Collection[Notification]) -> None:
        """Writes all of these, which are always planned together, unless they are there."""
        if not notifications:
            return
        try:
            await self._container.batch(key, [("create", (one.body(),)) for one in notifications])
        except AlreadyExistsError:
            return

    async def replace(self, notification: Notification) -> Notification:
        """Writes over the version that was read. Raises StoreRaceError."""
        written = await self._container.replace(notification.body(), notification.etag or "")
        return Notification.read(written)

    async def by_message(self, message: str) -> Notification | None:
        """The notification, of whatever tenant, whose last attempt has that id."""
        rows = await self._container.query_every_partition(_BY_MESSAGE, limit=1, message=message)
        return next(iter(_readable(rows, Notification.read)), None)

    async def page(
        self, invitee: Invitee, size: int, continuation: str | None
    ) -> tuple[list[Notification], str | None]:
        """Those of the invitee, since it was invited, the newest first."""
        rows, following = await self._container.query_page(
            invitee.key,
            _OF_INVITEE,
            size=size,
            continuation=continuation,
            tenant=invitee.tenant_id,
            invitee=invitee.id,
            since=rfc3339(invitee.created_on),
        )
        return _readable(rows, Notification.read), following

    async def due(self, now: datetime, but: Collection[str], limit: int) -> list[Notification]:
        """Some of the notifications, of whatever tenant, that are due and not in these lanes."""
        rows = await self._container.query_every_partition(_DUE, limit=limit, now=rfc3339(now), but=sorted(but))
        return _readable(rows, Notification.read)

    async def due_plans(self, now: datetime, limit: int) -> list[ReminderPlan]:
        """Some of the reminder plans, of whatever tenant, that are due."""
        rows = await self._container.query_every_partition(_DUE_PLANS, limit=limit, now=rfc3339(now))
        return _readable(rows, ReminderPlan.read)

    async def plan(self, key: MeetingKey) -> ReminderPlan | None:
        body = await self._container.read(key, PLAN_DOCUMENT)
        return ReminderPlan.read(body) if body else None

    async def save_plan(self, plan: ReminderPlan) -> None:
        """Writes a new plan, or over the version that was read. Raises StoreRaceError."""
        if plan.etag is None:
            await self._container.create(plan.body())
        else:
            await self._container.replace(plan.body(), plan.etag)


def _readable(rows: list[Json], read: Callable[[Json], Read]) -> list[Read]:
    """One that cannot be read is left out: it must not hold up the others."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except ValidationError:
            _logger.exception("unreadable document tenant=%s id=%s", row.get("tenantId"), row.get("id"))
    return found
