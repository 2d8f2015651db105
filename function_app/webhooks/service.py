"""What tenants do with their webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from function_app.errors import TooManyWebhooksError, WebhookNotFoundError
from function_app.stores.webhooks import WebhookStore
from function_app.timestamps import Clock
from function_app.webhooks.addresses import check_url
from function_app.webhooks.documents import MAXIMUM_WEBHOOKS, Webhook, WebhookRegister
from function_app.webhooks.signatures import SigningSecrets

Changes = Mapping[str, object]
"""New values of fields of `Webhook`."""


class Conditions(Protocol):
    """What the caller asks of the webhook's present version; None stands for no webhook."""

    def check(self, version: str | None) -> None:
        """Raises PreconditionFailedError when it does not hold."""


class WebhookService:
    """`private_allowed` is whether webhooks may be on private addresses, and without TLS."""

    def __init__(self, store: WebhookStore, secrets: SigningSecrets, clock: Clock, *, private_allowed: bool) -> None:
        self._store = store
        self._secrets = secrets
        self._clock = clock
        self._private_allowed = private_allowed

    async def all(self, tenant: str) -> tuple[Webhook, ...]:
        return (await self._store.of(tenant)).webhooks

    async def get(self, tenant: str, webhook: str) -> Webhook:
        """Raises WebhookNotFoundError."""
        return _found(await self._store.of(tenant), webhook)

    async def put(
        self, tenant: str, webhook: str, changes: Changes, conditions: Conditions
    ) -> tuple[Webhook | None, Webhook]:
        """Creates or replaces; the webhook as it was and as it is.

        Raises InvalidRequestError, PreconditionFailedError and TooManyWebhooksError.
        """
        self._check(changes)

        def written(register: WebhookRegister, now: datetime) -> Webhook:
            found = register.find(webhook)
            conditions.check(found.version if found else None)
            if found is None and len(register.webhooks) >= MAXIMUM_WEBHOOKS:
                raise TooManyWebhooksError
            return (found or Webhook.new(webhook, str(changes["url"]), now)).changed(now, **changes)

        return await self._change(tenant, webhook, written)

    async def patch(
        self, tenant: str, webhook: str, changes: Changes, conditions: Conditions
    ) -> tuple[Webhook | None, Webhook]:
        """Changes what is named; the webhook as it was and as it is.

        Raises InvalidRequestError, WebhookNotFoundError and PreconditionFailedError.
        """
        self._check(changes)

        def written(register: WebhookRegister, now: datetime) -> Webhook:
            found = _found(register, webhook)
            conditions.check(found.version)
            return found.changed(now, **changes) if changes else found

        return await self._change(tenant, webhook, written)

    async def delete(self, tenant: str, webhook: str, conditions: Conditions) -> Webhook | None:
        """Deletes the webhook if there is one: the webhook as it was. Raises PreconditionFailedError."""
        found: Webhook | None = None

        def without(register: WebhookRegister) -> WebhookRegister:
            nonlocal found
            found = register.find(webhook)
            conditions.check(found.version if found else None)
            return register.without(webhook)

        await self._store.change(tenant, without)
        return found

    async def rotate_secret(self, tenant: str, webhook: str, keep_former: timedelta) -> Webhook:
        """The webhook with a new secret beside its former one, which goes on for a while. An older one is dead at once.

        Raises WebhookNotFoundError.
        """

        def written(register: WebhookRegister, now: datetime) -> Webhook:
            return _found(register, webhook).with_new_secret(now, now + keep_former)

        return (await self._change(tenant, webhook, written))[1]

    def current_secret(self, tenant: str, webhook: Webhook) -> str:
        return self._secrets.of(tenant, webhook, webhook.secrets[0])

    async def _change(self, tenant: str, webhook: str, written: _Write) -> tuple[Webhook | None, Webhook]:
        before: Webhook | None = None
        after: Webhook | None = None

        def changed(register: WebhookRegister) -> WebhookRegister:
            nonlocal before, after
            before = register.find(webhook)
            after = written(register, self._clock())
            return register.saved(after)

        await self._store.change(tenant, changed)
        if after is None:
            raise LookupError("the change was not made")
        return before, after

    def _check(self, changes: Changes) -> None:
        if "url" in changes:
            check_url(str(changes["url"]), private_allowed=self._private_allowed)


class _Write(Protocol):
    """The webhook to write."""

    def __call__(self, register: WebhookRegister, now: datetime, /) -> Webhook: ...


def _found(register: WebhookRegister, webhook: str) -> Webhook:
    found = register.find(webhook)
    if found is None:
        raise WebhookNotFoundError
    return found
