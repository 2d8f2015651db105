"""How an invitee is kept: in the meeting's partition, with what it has been told of the meeting so far."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from ulid import ULID

from function_app.invitees.content import InviteeContent
from function_app.meetings.documents import Meeting
from function_app.notifications.addresses import EmailAddress, PhoneNumber, PushSubscription
from function_app.notifications.port import ChannelName, Recipient
from function_app.stores.documents import MeetingKey, MeetingScoped
from function_app.timestamps import Timestamp
from parley_protocol.grants import DisplayName, Role
from parley_protocol.ids import UserId

INVITEE_PREFIX = "invitee_"
_FOR_EVER = -1
_REMOVED_ARE_KEPT_FOR = timedelta(days=30)
"""Long enough to tell them so."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Bounce(_Part):
    """Nothing can be sent to an address."""

    reason: str
    bounced_on: Timestamp


class Told(_Part):
    """The last news that was sent, or is about to be."""

    number: int
    """Counts the news."""
    calendar_sequence: int
    cancelled: bool = False
    reached: bool = True
    """Whether the invitation was sent, or may have been."""


class Invitee(MeetingScoped):
    """An invitee. A removed one stays for a while, so that it can be told."""

    type: Literal["invitee"] = "invitee"
    invitee: str
    """The tenant's own id for it."""
    edition: str
    """Ours: what was sent to one who was removed, or had another address, is not for one with the same id."""
    name: DisplayName
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    push: PushSubscription | None = None
    own_push: PushSubscription | None = None
    """What the person subscribed with by the link; it counts before the tenant's."""
    participant: UserId | None = None
    role: Role
    locale: str
    time_zone: str | None = None
    opted_out: frozenset[ChannelName] = frozenset()
    bounces: Mapping[ChannelName, Bounce] = {}
    told: Told | None = None
    created_on: Timestamp
    updated_on: Timestamp
    removed_on: Timestamp | None = None
    version: str
    ttl: int = _FOR_EVER

    @classmethod
    def new(cls, meeting: MeetingKey, invitee: str, content: InviteeContent, now: datetime) -> Self:
        return cls(
            id=invitee_id(invitee),
            tenant_id=meeting.tenant,
            meeting_id=meeting.meeting,
            invitee=invitee,
            edition=str(ULID()),
            **_chosen(content),
            created_on=now,
            updated_on=now,
            version=str(ULID()),
        )

    @property
    def user(self) -> str:
        """Who it is in the meeting."""
        return self.participant or self.invitee

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.name, self.email, self.phone, self.own_push or self.push)

    def is_of(self, meeting: Meeting) -> bool:
        """Whether it is invited: it was not removed, and is not of a deleted meeting of the same id."""
        return self.removed_on is None and self.created_on >= meeting.created_on

    def reachable(self) -> list[ChannelName]:
        """The ways to reach it, the preferred first."""
        lost = self.opted_out | self.bounces.keys()
        return [name for name in ChannelName if name not in lost and self._address(name)]

    def is_pushed_to(self, endpoint: str | None) -> bool:
        """Whether messages are pushed to the browser that is reached there."""
        push = self.recipient.push
        return push is not None and push.endpoint == endpoint and ChannelName.PUSH in self.reachable()

    def replaced(self, content: InviteeContent, now: datetime) -> Self:
        """With what was chosen anew. An address that is new has not bounced, and nobody has opted out there."""
        news: dict[str, Any] = {}
        if (content.email or content.phone) != (self.email or self.phone):
            # It may be another person.
            news = {"edition": str(ULID()), "told": None, "own_push": None}
        return self._readdressed(updated_on=now, **_chosen(content), **news)

    def subscribed(self, push: PushSubscription | None) -> Self:
        """The person wants pushes there, even if it had opted out of them, or nowhere."""
        opted_out = self.opted_out - {ChannelName.PUSH}
        if push is None and self.push:
            opted_out |= {ChannelName.PUSH}
        bounces = {name: bounce for name, bounce in self.bounces.items() if name is not ChannelName.PUSH}
        return self._changed(own_push=push, opted_out=opted_out, bounces=bounces)

    def removed(self, now: datetime) -> Self:
        ttl = int(_REMOVED_ARE_KEPT_FOR.total_seconds())
        return self._changed(updated_on=now, removed_on=now, ttl=ttl)

    def bounced(self, channel: ChannelName, reason: str, now: datetime) -> Self:
        bounce = Bounce(reason=reason, bounced_on=now)
        return self._changed(bounces={**self.bounces, channel: bounce})

    def with_choice(self, channel: ChannelName, *, wanted: bool) -> Self:
        """The person wants messages by this channel, or does not."""
        after = self.opted_out - {channel} if wanted else self.opted_out | {channel}
        return self._changed(opted_out=after)

    def informed(self, told: Told) -> Self:
        return self.model_copy(update={"told": told})

    def _readdressed(self, **changes: object) -> Self:
        changed = self._changed(**changes)
        kept = {name for name in ChannelName if changed._address(name) == self._address(name)}
        bounces = {name: bounce for name, bounce in self.bounces.items() if name in kept}
        return changed.model_copy(update={"opted_out": self.opted_out & kept, "bounces": bounces})

    def _address(self, channel: ChannelName) -> str | PushSubscription | None:
        to = self.recipient
        return {ChannelName.EMAIL: to.email, ChannelName.SMS: to.phone, ChannelName.PUSH: to.push}[channel]

    def _changed(self, **changes: object) -> Self:
        return self.model_copy(update={"version": str(ULID()), **changes})


def invitee_id(invitee: str) -> str:
    """The id of the document."""
    return f"{INVITEE_PREFIX}{hashlib.sha256(invitee.encode()).hexdigest()[:32]}"


def _chosen(content: InviteeContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in InviteeContent.model_fields}
