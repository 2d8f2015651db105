"""What is sent to a webhook: an event as a CloudEvent, signed with the webhook's live secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ulid import ULID

from function_app.events.cloud_events import CONTENT_TYPE, cloud_event, encode
from function_app.events.documents import Event
from function_app.timestamps import Clock, rfc3339
from function_app.webhooks.documents import Webhook
from function_app.webhooks.outcomes import Outcome, Sender
from function_app.webhooks.signatures import SigningSecrets, signed_headers

TEST_TYPE = "webhook.test"


class Message(NamedTuple):
    id: str
    body: bytes


class Messenger:
    """Makes, signs and sends messages."""

    def __init__(self, sender: Sender, secrets: SigningSecrets, public_url: str, clock: Clock) -> None:
        self._sender = sender
        self._secrets = secrets
        self._public_url = public_url
        self._clock = clock

    async def tell(self, webhook: Webhook, event: Event) -> Outcome:
        message = Message(event.public_id, encode(cloud_event(event, self._public_url)))
        return await self._send(event.tenant_id, webhook, message)

    async def test(self, tenant: str, webhook: Webhook) -> Outcome:
        """Sends an event of the type `webhook.test`, which belongs to no meeting."""
        identity = f"evt_{ULID()}"
        envelope = {
            "specversion": "1.0",
            "id": identity,
            "source": f"{self._public_url}/webhooks/{webhook.id}",
            "type": TEST_TYPE,
            "time": rfc3339(self._clock()),
            "datacontenttype": "application/json",
            "data": {},
        }
        return await self._send(tenant, webhook, Message(identity, encode(envelope)))

    async def _send(self, tenant: str, webhook: Webhook, message: Message) -> Outcome:
        now = self._clock()
        signed = signed_headers(message.id, now, message.body, self._secrets.live(tenant, webhook, now))
        headers: Mapping[str, str] = {"Content-Type": CONTENT_TYPE, **signed}
        return await self._sender.send(webhook.url, headers, message.body)
