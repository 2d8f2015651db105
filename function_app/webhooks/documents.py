"""How a tenant's webhooks are kept: all in one document, so that one read finds those that an event concerns."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from ulid import ULID

from function_app.events.catalogue import EventType
from function_app.stores.documents import Document
from function_app.timestamps import Timestamp

REGISTER_DOCUMENT = "webhooks"
MAXIMUM_WEBHOOKS = 10
MAXIMUM_LIVE_SECRETS = 2


class Ordering(StrEnum):
    """Whether an event waits for those that happened before it in its meeting."""

    PER_MEETING = "perMeeting"
    NONE = "none"


class DisabledReason(StrEnum):
    """Why nothing is sent to a webhook."""

    BY_TENANT = "byTenant"
    GONE = "gone"
    """It answered 410."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class SecretName(_Part):
    """A signing secret, by the name from which it is derived; the secret itself is nowhere kept."""

    id: str
    created_on: Timestamp
    expires_on: Timestamp | None = None
    """Absent for the current one."""


class Webhook(_Part):
    id: str
    """The tenant's own name for it."""
    key: str
    """Ours: a webhook that is made anew with an old id has another one, and begins afresh."""
    url: str
    event_types: tuple[EventType, ...] | None = None
    """None means all."""
    ordering: Ordering = Ordering.PER_MEETING
    disabled: DisabledReason | None = None
    secrets: tuple[SecretName, ...] = Field(max_length=MAXIMUM_LIVE_SECRETS)
    """Newest first."""
    created_on: Timestamp
    updated_on: Timestamp
    version: str

    @classmethod
    def new(cls, webhook: str, url: str, now: datetime) -> Self:
        return cls(
            id=webhook,
            key=f"whk_{ULID()}",
            url=url,
            secrets=(SecretName(id=str(ULID()), created_on=now),),
            created_on=now,
            updated_on=now,
            version=str(ULID()),
        )

    def changed(self, now: datetime, **changes: object) -> Self:
        """The next version."""
        return self.model_copy(update={"updated_on": now, "version": str(ULID()), **changes})

    def with_new_secret(self, now: datetime, former_until: datetime) -> Self:
        """The next version, signed with a new secret and until then with the former one too."""
        former = self.secrets[0].model_copy(update={"expires_on": former_until})
        return self.changed(now, secrets=(SecretName(id=str(ULID()), created_on=now), former))

    def live_secrets(self, now: datetime) -> list[SecretName]:
        return [secret for secret in self.secrets if secret.expires_on is None or now < secret.expires_on]

    def wants(self, kind: EventType) -> bool:
        return self.event_types is None or kind in self.event_types


class WebhookRegister(Document):
    """A tenant's webhooks."""

    type: Literal["webhooks"] = "webhooks"
    webhooks: tuple[Webhook, ...] = Field(default=(), max_length=MAXIMUM_WEBHOOKS)

    @classmethod
    def empty(cls, tenant: str) -> Self:
        return cls(id=REGISTER_DOCUMENT, tenant_id=tenant)

    def find(self, webhook: str) -> Webhook | None:
        return next((one for one in self.webhooks if one.id == webhook), None)

    def with_key(self, key: str) -> Webhook | None:
        return next((one for one in self.webhooks if one.key == key), None)

    def saved(self, webhook: Webhook) -> Self:
        """With the webhook in the place of the one with its id, or as the last."""
        if self.find(webhook.id) is None:
            return self._with((*self.webhooks, webhook))
        return self._with(tuple(webhook if one.id == webhook.id else one for one in self.webhooks))

    def without(self, webhook: str) -> Self:
        return self._with(tuple(one for one in self.webhooks if one.id != webhook))

    def _with(self, webhooks: tuple[Webhook, ...]) -> Self:
        return self.model_copy(update={"webhooks": webhooks})
