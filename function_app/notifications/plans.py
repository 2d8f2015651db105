"""How it is kept of which occurrence the people of a meeting are reminded next."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from function_app.schedules.occurrences import Occurrence
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp

PLAN_DOCUMENT = "reminders"


class ReminderPlan(MeetingScoped):
    """One for each meeting; at rest, without `due_on`, when nothing comes any more."""

    type: Literal["reminderPlan"] = "reminderPlan"
    begins_on: Timestamp | None = None
    due_on: Timestamp | None = None

    @classmethod
    def new(cls, key: MeetingKey) -> Self:
        return cls(id=PLAN_DOCUMENT, tenant_id=key.tenant, meeting_id=key.meeting)

    def about(self, occurrence: Occurrence | None, due_on: datetime | None) -> Self:
        return self.model_copy(update={"begins_on": occurrence.starts_on if occurrence else None, "due_on": due_on})

    def is_due(self, now: datetime) -> bool:
        return self.due_on is not None and self.due_on <= now
