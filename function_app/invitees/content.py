"""What a tenant chooses about an invitee."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from function_app.api.models import Request
from function_app.notifications.addresses import EmailAddress, PhoneNumber, PushSubscription
from function_app.schedules.content import TimeZoneName
from parley_protocol.grants import DisplayName, Role
from parley_protocol.ids import UserId

MAXIMUM_INVITEES = 500
"""Of one meeting."""

Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
"""A language tag (BCP 47) of a language, and perhaps a script and a region."""


class InviteeContent(Request):
    """The body of PUT. At least one of `email`, `phone` and `push` is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ann", "email": "ann@example.com"}]})

    name: DisplayName = Field(examples=["Ann"])
    email: EmailAddress | None = Field(default=None, examples=["ann@example.com"])
    phone: PhoneNumber | None = Field(default=None, examples=["+4915112345678"])
    push: PushSubscription | None = None
    """What `PushSubscription.toJSON()` gives in a browser that subscribed with the key of `GET /webPushKey`."""
    participant: UserId | None = None
    """The tenant's own id of the person, as in `:issueToken`; absent means the id of the invitee."""
    role: Role = Role.ATTENDEE
    locale: Locale = Field(default="en", description="The language of what is sent: en, de or ar; English for others.")
    time_zone: TimeZoneName | None = Field(default=None, description="Absent means the meeting's.")

    @model_validator(mode="after")
    def _need_an_address(self) -> Self:
        if not (self.email or self.phone or self.push):
            raise ValueError("one of email, phone and push is needed")
        return self
