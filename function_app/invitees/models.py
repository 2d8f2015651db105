"""Invitees as the API shows them."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from function_app.api.models import Request, Response
from function_app.invitees.documents import Invitee
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
    """Whether there is a push subscription; it is a secret, and not shown again."""
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
            has_push=invitee.push is not None,
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


class InviteeList(Response):
    value: list[InviteeResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class InvitationExchange(Request):
    """The body of `/invitations:exchange`."""

    invitation: str = Field(min_length=1, max_length=1000)
    """What the link has after `#invitation=`."""


class WebPushKey(Response):
    public_key: str
    """For `PushManager.subscribe` as `applicationServerKey`: a P-256 point in base64url."""
