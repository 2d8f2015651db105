"""All that a tenant chooses about a meeting: what PUT replaces, PATCH changes and the document keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from function_app.api.models import Request
from function_app.media.providers.names import MediaProviderName
from function_app.schedules.content import Schedule, SchedulePatch
from parley_protocol.grants import Grants, Role, Source
from parley_protocol.ids import MeetingId

MAXIMUM_PARTICIPANTS = 1000
MAXIMUM_REMINDER_MINUTES = 7 * 24 * 60
_SCREEN = frozenset({Source.SCREEN, Source.SCREEN_AUDIO})

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _on_one_line(title: object) -> object:
    return _CONTROLS.sub(" ", title) if isinstance(title, str) else title


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    BeforeValidator(_on_one_line),
]
"""One line: calendars, mails and logs of receivers take no control characters."""
Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]


class Audience(StrEnum):
    """Whom a setting allows something, by role."""

    EVERYONE = "everyone"
    PRESENTERS = "presenters"
    """Presenters and those who moderate."""
    HOSTS = "hosts"
    """Hosts and co-hosts."""

    def includes(self, role: Role) -> bool:
        return self is Audience.EVERYONE or role in _ROLES[self]


_MODERATING = frozenset({Role.HOST, Role.CO_HOST})
_ROLES = {Audience.PRESENTERS: _MODERATING | {Role.PRESENTER}, Audience.HOSTS: _MODERATING}


class RecordingPolicy(StrEnum):
    OFF = "off"
    BY_HOSTS = "byHosts"
    """Hosts begin and end it."""
    AUTOMATIC = "automatic"
    """It begins with the session."""


class MeetingSettings(Request):
    """How a meeting is held. What is absent has its default."""

    lobby: bool = Field(default=False, description="People without `moderate` wait until somebody lets them in.")
    locked: bool = Field(default=False, description="Nobody new gets in, but who was in the session may come back.")
    max_participants: int | None = Field(
        default=None,
        ge=1,
        le=MAXIMUM_PARTICIPANTS,
        description="How many may be in a session; moderators get in anyway.",
    )
    may_share: Audience = Field(default=Audience.EVERYONE, description="Who may share a screen.")
    may_chat: Audience = Audience.EVERYONE
    mute_on_entry: bool = Field(default=False, description="Clients join with the microphone off.")
    signed_in_role: Role | None = Field(
        default=None,
        description="As what people of the tenant's directory who are signed in may join without a join link; "
        "absent means that they may not.",
    )
    recording_policy: RecordingPolicy = RecordingPolicy.BY_HOSTS
    reminder_minutes: int = Field(
        default=15,
        ge=0,
        le=MAXIMUM_REMINDER_MINUTES,
        description="How long before each occurrence invitees are reminded; 0 means not at all.",
    )
    regions: tuple[Region, ...] = Field(
        default=(),
        max_length=10,
        description="Where our nodes may carry sessions, the best first; empty means where the tenant says.",
    )
    media_provider: MediaProviderName | None = Field(default=None, description="Absent means the tenant's.")
    breakout_of: MeetingId | None = Field(
        default=None,
        description="The main meeting of which this is a breakout room: moderators of the one may move people into "
        "the other.",
    )

    @property
    def ask_who_is_there(self) -> bool:
        """Whether joining depends on who is, or was, in the session."""
        return self.lobby or self.locked or self.max_participants is not None

    def allow(self, role: Role, grants: Grants) -> Grants:
        """Those of the grants that these settings leave to the role."""
        publish = grants.publish
        if not self.may_share.includes(role):
            publish = tuple(source for source in publish if source not in _SCREEN)
        return grants.model_copy(update={"publish": publish, "chat": grants.chat and self.may_chat.includes(role)})


class MeetingContent(Request):
    """The body of PUT and POST."""

    title: Title = Field(examples=["Weekly planning"])
    settings: MeetingSettings = MeetingSettings()
    schedule: Schedule | None = Field(default=None, description="Absent means that the meeting is open at any time.")


class SettingsPatch(Request):
    """What changes in the settings; null brings the default back."""

    lobby: bool | None = None
    locked: bool | None = None
    max_participants: int | None = Field(default=None, ge=1, le=MAXIMUM_PARTICIPANTS)
    may_share: Audience | None = None
    may_chat: Audience | None = None
    mute_on_entry: bool | None = None
    signed_in_role: Role | None = None
    recording_policy: RecordingPolicy | None = None
    reminder_minutes: int | None = Field(default=None, ge=0, le=MAXIMUM_REMINDER_MINUTES)
    regions: tuple[Region, ...] | None = Field(default=None, max_length=10)
    media_provider: MediaProviderName | None = None
    breakout_of: MeetingId | None = None


class MeetingPatch(Request):
    """The body of PATCH (RFC 7396): what is absent stays as it is, and null takes away what was chosen."""

    title: Title | None = Field(default=None, examples=["Weekly planning"])
    settings: SettingsPatch | None = None
    schedule: SchedulePatch | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """The members that the caller wrote, nulls among them, by their names in JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


def merged(target: Any, patch: Any) -> Any:
    """`target` after the merge patch (RFC 7396, section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
