"""Invitees as the API shows them."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from function_app.api.models import Request, Response
from function_app.invitees.documents import Invitee
from function_app.notifications.addresses import PushSubscription
from function_app.notifications.documents import Kind, Notification, State
from function_app.notifications.port import ChannelName
from function_app.timestamps import Timestamp
from parley_protocol.grants import Role
from parley_protocol.ids import InviteeId, UserId


class BounceResource(Response):
    channel: ChannelName
    reason: str
    """The service's own code."""
    bounced_on: Timestamp


class InviteeResource(Response):
    id: InviteeId = Field(examples=["ann"])
    name: str
    email: str | None = None
    phone: str | None = None
    has_push: bool
    """Whether there is a push subscription, yours or the person's own; it is a secret, and not shown."""
    participant: UserId
    role: Role
    locale: str
    time_zone: str | None = None
    opted_out: list[ChannelName]
    """By which channels the person wants no messages."""
    bounced: list[BounceResource]
    """Where nothing can be sent; a new address begins afresh."""
    invite_url: str
    """The person's own link into the meeting, as it is sent: it holds until the invitee is removed."""
    created_on: Timestamp
    updated_on: Timestamp
    etag: str
    """The same as in the header ETag, so that a list has it too."""

    @classmethod
    def of(cls, invitee: Invitee, invite_url: str) -> Self:
        return cls(
            id=invitee.invitee,
            name=invitee.name,
            email=invitee.email,
            phone=invitee.phone,
            has_push=invitee.recipient.push is not None,
            participant=invitee.user,
            role=invitee.role,
            locale=invitee.locale,
            time_zone=invitee.time_zone,
            opted_out=sorted(invitee.opted_out),
            bounced=[
                BounceResource(channel=channel, reason=bounce.reason, bounced_on=bounce.bounced_on)
                for channel, bounce in sorted(invitee.bounces.items())
            ],
            invite_url=invite_url,
            created_on=invitee.created_on,
            updated_on=invitee.updated_on,
            etag=f'"{invitee.version}"',
        )


class NotificationResource(Response):
    """Something that the invitee was told, or is about to be, and what has become of it."""

    kind: Kind
    channel: ChannelName
    state: State
    """`sent` means that the service took it. From `delivered` on it is what the service has reported since."""
    reason: str | None = None
    """The service's own code, or ours."""
    occurrence: Timestamp | None = None
    """When the occurrence begins of which it reminds."""
    created_on: Timestamp
    reported_on: Timestamp | None = None
    """When that was so which the service has reported; absent without a report."""

    @classmethod
    def of(cls, notification: Notification) -> Self:
        return cls(
            kind=notification.kind,
            channel=notification.channel,
            state=notification.state,
            reason=notification.reason,
            occurrence=notification.occurrence,
            created_on=notification.created_on,
            reported_on=notification.reported_on,
        )


class NotificationList(Response):
    value: list[NotificationResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class InviteeList(Response):
    value: list[InviteeResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class InvitationExchange(Request):
    """The body of `/invitations:exchange`."""

    invitation: str = Field(min_length=1, max_length=1000)
    """What the link has after `#invitation=`."""


class PushQuestion(InvitationExchange):
    """The body of `/invitations:getPush`."""

    endpoint: str | None = Field(default=None, max_length=2048)
    """That of the browser's subscription, if it has one."""


class PushWish(InvitationExchange):
    """The body of `/invitations:setPush`."""

    push: PushSubscription | None = None
    """What `PushSubscription.toJSON()` gives; absent means that nothing is to be pushed to the person any more."""


class PushState(Response):
    subscribed: bool
    """Whether messages are pushed to this browser."""
    reminds_on: Timestamp | None = None
    """When the invitee is reminded next; absent where nobody is, by the schedule and the meeting's settings."""
    public_key: str
    """As in `GET /webPushKey`."""


class WebPushKey(Response):
    public_key: str
    """For `PushManager.subscribe` as `applicationServerKey`: a P-256 point in base64url."""
