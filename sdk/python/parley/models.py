"""What the API takes and gives. Generated from the OpenAPI document by `make generate`; not to be edited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from parley.model import Known, Model

API_VERSION = "2026-11-01"
"""Which version of the API these models are of."""

ActorKind = Annotated[Literal["apiKey", "application", "participant", "platform"], Known]

Advice = Annotated[Literal["interrupted", "highLossUp", "highLossDown", "highRoundTrip", "mostlyTcp"], Known]

Audience = Annotated[Literal["everyone", "presenters", "hosts"], Known]
"""Whom a setting allows something, by role."""

CallerRole = Annotated[Literal["admin", "meetings"], Known]
"""What a credential of a tenant lets its holder do."""

ChannelName = Annotated[Literal["email", "sms", "push"], Known]
"""The ways to reach somebody, in the order in which they are preferred."""

DeliveryStatus = Annotated[Literal["delivered", "failed", "deadLettered"], Known]

DisabledReason = Annotated[Literal["byTenant", "gone"], Known]
"""Why nothing is sent to a webhook."""

EventType = Annotated[
    Literal[
        "meeting.created",
        "meeting.updated",
        "meeting.deleted",
        "meeting.restored",
        "invitee.added",
        "invitee.changed",
        "invitee.removed",
        "invitee.unreachable",
        "session.started",
        "session.ended",
        "participant.joined",
        "participant.left",
    ],
    Known,
]
"""The names of the types, as tenants see and choose them."""

Failure = Annotated[
    Literal[
        "addressNotAllowed", "unreachable", "tlsFailed", "timedOut", "invalidAnswer", "redirected", "refused", "gone"
    ],
    Known,
]
"""Why a message does not count as delivered."""

Kind = Annotated[Literal["invitation", "update", "cancellation", "reminder"], Known]
"""What a notification says."""

LeaveReason = Annotated[
    Literal["left", "replaced", "removed", "banned", "moved", "ended", "timedOut", "dtlsFailed", "nodeLost"], Known
]
"""Why a Peer, and perhaps its Participant, is gone."""

MediaProviderName = Annotated[Literal["sfu", "acs", "livekit"], Known]
"""Who carries the media of a session."""

OperationStatus = Annotated[Literal["notStarted", "running", "succeeded", "failed"], Known]

Ordering = Annotated[Literal["perMeeting", "none"], Known]
"""Whether an event waits for those that happened before it in its meeting."""

Presence = Annotated[Literal["joining", "connected", "left"], Known]
"""Where a participant is.

joining ──(the node reports a Peer connected)──▶ connected ──(leave, or the node reports that Peer gone)──▶ left
 ▲ ▲ │                                            │                                                     ▲  │
 │ └─│─────(the node has replaced that Peer)──────┘                                                     │  │
 │   └──────────────(60 s without media, or a leave)────────────────────────────────────────────────────┘  │
 └──────────────────────────────────────(joins again)──────────────────────────────────────────────────────┘

Joining again does not make a connected participant a joining one: the newer Peer may never reach the node, and
until the node hears of it the older one has media.
"""

RecordingPolicy = Annotated[Literal["off", "byHosts", "automatic"], Known]

Role = Annotated[Literal["host", "coHost", "presenter", "attendee", "viewer"], Known]

Source = Annotated[Literal["camera", "microphone", "screen", "screenAudio"], Known]
"""What a Publication shows or sounds."""

State = Annotated[
    Literal[
        "waiting",
        "sent",
        "refused",
        "failed",
        "uncertain",
        "dropped",
        "delivered",
        "bounced",
        "suppressed",
        "quarantined",
        "filtered",
        "undelivered",
    ],
    Known,
]
"""What has become of it."""


class AcsEntry(Model):
    """What the calling SDK of Azure Communication Services needs."""

    room_id: str
    user_id: str
    user_token: str
    user_token_expires_on: datetime


class AcsJoinResponse(Model):
    """All that a client needs to be in a session in a room of Azure Communication Services."""

    provider: Literal["acs"] = "acs"
    acs: AcsEntry
    token: str
    token_expires_on: datetime
    signalling: SignallingAddress
    session: JoinedSession
    participant: JoinedParticipant
    peer: str


class Actor(Model):
    """Who did something, by an id that says nothing about a person."""

    kind: ActorKind
    id: str


class ApiKeyContent(Model):
    """The body that creates an API key."""

    name: str | None = None
    role: CallerRole = "meetings"


class ApiKeyList(Model):
    value: list[ApiKeyResource]


class ApiKeyResource(Model):
    id: str
    prefix: str
    name: str | None = None
    role: CallerRole
    created_on: datetime
    expires_on: datetime | None = None
    last_used_on: datetime | None = None


class AttendanceList(Model):
    value: list[AttendanceResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class AttendanceResource(Model):
    """That somebody was in a session, however often it came and went."""

    session: str
    participant: str
    user: str
    name: str
    role: Role
    came_on: datetime
    left_on: datetime | None = None
    seconds_there: int
    leave_reason: LeaveReason | None = None


class AuditEntryResource(Model):
    id: str
    occurred_on: datetime
    actor: Actor
    action: str
    target: dict[str, str]


class AuditLog(Model):
    value: list[AuditEntryResource]
    next_link: str | None = None


class Ban(Model):
    id: str
    participant: str
    banned_on: datetime


class BanList(Model):
    value: list[Ban]
    next_link: str | None = None


class BounceResource(Model):
    channel: ChannelName
    reason: str
    bounced_on: datetime


class ChatMessage(Model):
    type: Literal["chat"] = "chat"
    id: str
    client_id: str
    participant: str
    name: str
    text: str
    sent_on: datetime


class ClientSettings(Model):
    """What the web client has to know of this installation."""

    sign_in: SignIn | None = None


class ConnectionResource(Model):
    """How a connection was over the time in which its node looked at it; `up` is what the participant sent."""

    seconds: int
    good_ratio: float
    poor_ratio: float
    lost_ratio: float
    tcp_ratio: float
    round_trip_ms: int | None = None
    worst_round_trip_ms: int | None = None
    loss_ratio_up: float
    loss_ratio_down: float
    bits_per_second_up: int
    bits_per_second_down: int
    freezes: int
    frozen_seconds: int


class DeliveryList(Model):
    value: list[DeliveryResource]
    next_link: str | None = None


class DeliveryResource(Model):
    """One attempt to deliver an event."""

    id: str
    event_id: str
    event_type: EventType
    meeting: str
    sequence: int
    attempt: int
    status: DeliveryStatus
    response_status: int | None = None
    failure: Failure | None = None
    duration_milliseconds: int
    attempted_on: datetime
    next_attempt_on: datetime | None = None


class DependencyStatus(Model):
    name: str
    status: Annotated[Literal["up", "down"], Known]
    milliseconds: int


class ErrorBody(Model):
    code: str
    message: str
    target: str | None = None
    details: list[ErrorDetailBody] | None = None
    opens_on: datetime | None = None
    starts_on: datetime | None = None


class ErrorDetailBody(Model):
    code: str
    target: str
    message: str


class ErrorResponse(Model):
    """The body of every answer of 400 and above."""

    error: ErrorBody


class ExchangeRequest(Model):
    """The body of `:exchangeToken`."""

    name: str | None = None


class Grants(Model):
    """What a Participant may do."""

    publish: list[Source] = Field(default=["camera", "microphone", "screen", "screenAudio"])
    subscribe: bool = True
    chat: bool = True
    moderate: bool = False


class GuestTokenRequest(Model):
    """The body of `:issueToken` of an open meeting."""

    name: str


class Health(Model):
    status: Literal["ok"] = "ok"


class IceServer(Model):
    """One entry of RTCConfiguration.iceServers."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class InvitationExchange(Model):
    """The body of `/invitations:exchange`."""

    invitation: str


class InviteeAdded(Model):
    """Somebody was invited."""

    invitee: str
    role: Role


class InviteeAddedEvent(Model):
    """Somebody was invited."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["invitee.added"]
    data: InviteeAdded


class InviteeChanged(Model):
    """What can be chosen about an invitee was written anew."""

    invitee: str


class InviteeChangedEvent(Model):
    """What can be chosen about an invitee was written anew."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["invitee.changed"]
    data: InviteeChanged


class InviteeContent(Model):
    """The body of PUT. At least one of `email`, `phone` and `push` is needed."""

    name: str
    email: str | None = None
    phone: str | None = None
    push: PushSubscription | None = None
    participant: str | None = None
    role: Role = "attendee"
    locale: str = "en"
    """The language of what is sent: en, de or ar; English for others."""
    time_zone: str | None = None
    """Absent means the meeting's."""


class InviteeList(Model):
    value: list[InviteeResource]
    next_link: str | None = None


class InviteeRemoved(Model):
    """Somebody is not invited any more."""

    invitee: str


class InviteeRemovedEvent(Model):
    """Somebody is not invited any more."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["invitee.removed"]
    data: InviteeRemoved


class InviteeResource(Model):
    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    has_push: bool
    participant: str
    role: Role
    locale: str
    time_zone: str | None = None
    opted_out: list[ChannelName]
    bounced: list[BounceResource]
    invite_url: str
    created_on: datetime
    updated_on: datetime
    etag: str


class InviteeUnreachable(Model):
    """Nothing can be sent to one of an invitee's addresses."""

    invitee: str
    channel: str
    reason: str


class InviteeUnreachableEvent(Model):
    """Nothing can be sent to one of an invitee's addresses."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["invitee.unreachable"]
    data: InviteeUnreachable


class IssuedToken(Model):
    token: str
    join_url: str
    expires_on: datetime


class JoinRequest(Model):
    """The body of `:join`: nothing yet, as the token says all."""


class JoinResponse(Model):
    """All that a client needs to be in a session on one of our nodes."""

    provider: Literal["sfu"] = "sfu"
    node: SessionNode
    ice_servers: list[IceServer]
    """For RTCConfiguration.iceServers."""
    media_grant: str
    token: str
    token_expires_on: datetime
    signalling: SignallingAddress
    session: JoinedSession
    participant: JoinedParticipant
    peer: str


class JoinedParticipant(Model):
    id: str
    name: str
    role: Role
    grants: Grants


class JoinedSession(Model):
    id: str
    meeting: str
    title: str
    locked: bool
    mute_on_entry: bool
    branding_name: str | None = None


class KeyRotation(Model):
    """The body of `:rotate`."""

    keep_former_seconds: int = 0
    """For how long the former key still works. Above 0 only where it is the only live key."""


class KeySet(Model):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]


class LeaveRequest(Model):
    """The body of `:leave`."""

    peer: str


class LiveKitEntry(Model):
    """What a LiveKit client's `connect` needs."""

    url: str
    room: str
    access_token: str
    access_token_expires_on: datetime


class LiveKitJoinResponse(Model):
    """All that a client needs to be in a session in a room of LiveKit."""

    provider: Literal["livekit"] = "livekit"
    livekit: LiveKitEntry
    token: str
    token_expires_on: datetime
    signalling: SignallingAddress
    session: JoinedSession
    participant: JoinedParticipant
    peer: str


class LobbyResponse(Model):
    """The person is not in the meeting yet. Ask again after `retryAfterSeconds`, and at once when told `admitted`."""

    status: Literal["waiting"] = "waiting"
    title: str
    participant: str | None = None
    signalling: SignallingAddress | None = None
    retry_after_seconds: int
    token: str


class MeetingContent(Model):
    """The body of PUT and POST."""

    title: str
    settings: MeetingSettings = Field(
        default_factory=lambda: MeetingSettings.model_validate(
            {
                "lobby": False,
                "locked": False,
                "mayShare": "everyone",
                "mayChat": "everyone",
                "muteOnEntry": False,
                "recordingPolicy": "byHosts",
                "reminderMinutes": 15,
                "regions": [],
            }
        )
    )
    schedule: Schedule | None = None
    """Absent means that the meeting is open at any time."""


class MeetingCreated(Model):
    """The meeting was made, or made anew after it had been deleted."""

    title: str


class MeetingCreatedEvent(Model):
    """The meeting was made, or made anew after it had been deleted."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["meeting.created"]
    data: MeetingCreated


class MeetingDeleted(Model):
    """The meeting is gone; a live session is being ended."""

    purge_on: datetime


class MeetingDeletedEvent(Model):
    """The meeting is gone; a live session is being ended."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["meeting.deleted"]
    data: MeetingDeleted


class MeetingList(Model):
    value: list[MeetingResource]
    next_link: str | None = None


class MeetingPatch(Model):
    """The body of PATCH (RFC 7396): what is absent stays as it is, and null takes away what was chosen."""

    title: str | None = None
    settings: SettingsPatch | None = None
    schedule: SchedulePatch | None = None


class MeetingResource(Model):
    id: str
    title: str
    settings: MeetingSettings
    schedule: Schedule | None = None
    next_occurrences: list[OccurrenceResource] | None = None
    calendar_sequence: int
    created_on: datetime
    updated_on: datetime
    deleted_on: datetime | None = None
    purge_on: datetime | None = None
    opened_on: datetime | None = None
    etag: str
    join_url: str


class MeetingRestored(Model):
    """The meeting is there again, as it was before it was deleted."""

    title: str


class MeetingRestoredEvent(Model):
    """The meeting is there again, as it was before it was deleted."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["meeting.restored"]
    data: MeetingRestored


class MeetingSettings(Model):
    """How a meeting is held. What is absent has its default."""

    lobby: bool = False
    """People without `moderate` wait until somebody lets them in."""
    locked: bool = False
    """Nobody new gets in, but who was in the session may come back."""
    max_participants: int | None = None
    """How many may be in a session; moderators get in anyway."""
    may_share: Audience = "everyone"
    """Who may share a screen."""
    may_chat: Audience = "everyone"
    mute_on_entry: bool = False
    """Clients join with the microphone off."""
    signed_in_role: Role | None = None
    """As what people of the tenant's directory who are signed in may join without a join link; absent means that they
    may not.
    """
    recording_policy: RecordingPolicy = "byHosts"
    reminder_minutes: int = 15
    """How long before each occurrence invitees are reminded; 0 means not at all."""
    regions: list[str] = Field(default_factory=list)
    """Where our nodes may carry sessions, the best first; empty means where the tenant says."""
    media_provider: MediaProviderName | None = None
    """Absent means the tenant's."""
    breakout_of: str | None = None
    """The main meeting of which this is a breakout room: moderators of the one may move people into the other."""


class MeetingUpdated(Model):
    """What can be chosen about the meeting has changed."""

    title: str


class MeetingUpdatedEvent(Model):
    """What can be chosen about the meeting has changed."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["meeting.updated"]
    data: MeetingUpdated


class MessageList(Model):
    value: list[ChatMessage]
    next_link: str | None = None


class MoveRequest(Model):
    """The body of `:move`."""

    meeting: str
    """The meeting to go into."""
    role: Role | None = None
    """The role there; absent means as now."""


class MuteRequest(Model):
    """The body of `:muteAll`."""

    sources: list[Source] = Field(default=["microphone"])


class NewApiKey(Model):
    """An API key in the one answer that shows it."""

    id: str
    prefix: str
    name: str | None = None
    role: CallerRole
    created_on: datetime
    expires_on: datetime | None = None
    last_used_on: datetime | None = None
    key: str


class NewSecret(Model):
    secret: str
    former_expires_on: datetime | None


class NotificationList(Model):
    value: list[NotificationResource]
    next_link: str | None = None


class NotificationResource(Model):
    """Something that the invitee was told, or is about to be, and what has become of it."""

    kind: Kind
    channel: ChannelName
    state: State
    reason: str | None = None
    occurrence: datetime | None = None
    created_on: datetime
    reported_on: datetime | None = None


class OccurrenceResource(Model):
    occurrence: str
    starts_on: datetime
    ends_on: datetime


class OperationResource(Model):
    id: str
    kind: Literal["eraseUser"]
    status: OperationStatus
    percent_complete: int
    created_on: datetime
    updated_on: datetime


class ParticipantJoined(Model):
    """A user is in the session, with media. Reconnecting and reloading are no events."""

    session: str
    participant: str
    user: str
    name: str
    role: Role


class ParticipantJoinedEvent(Model):
    """A user is in the session, with media. Reconnecting and reloading are no events."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["participant.joined"]
    data: ParticipantJoined


class ParticipantLeft(Model):
    """A user who was in the session is not in it any more."""

    session: str
    participant: str
    user: str
    name: str
    role: Role
    reason: LeaveReason


class ParticipantLeftEvent(Model):
    """A user who was in the session is not in it any more."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["participant.left"]
    data: ParticipantLeft


class ParticipantList(Model):
    value: list[ParticipantResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class ParticipantPatch(Model):
    """The body of PATCH: what is absent stays as it is."""

    role: Role | None = None
    grants: Grants | None = None
    """Absent means those of a new role, or the present ones."""
    muted_sources: list[Source] = Field(default_factory=list)
    """Muted now; the person may unmute, unless the grants forbid it."""


class ParticipantQualityResource(Model):
    session: str
    participant: str
    user: str
    name: str
    connection: ConnectionResource | None = None
    advice: list[Advice]


class ParticipantResource(Model):
    id: str
    user: str
    name: str
    role: Role
    grants: Grants
    granted: Grants
    presence: Presence
    joined_on: datetime
    came_on: datetime | None = None
    seconds_there: int
    left_on: datetime | None = None
    leave_reason: LeaveReason | None = None


class PushKeys(Model):
    """The keys of a subscription (RFC 8291), in base64url without padding."""

    p256dh: str = Field(alias="p256dh")
    auth: str


class PushQuestion(Model):
    """The body of `/invitations:getPush`."""

    invitation: str
    endpoint: str | None = None


class PushState(Model):
    subscribed: bool
    reminds_on: datetime | None = None
    public_key: str


class PushSubscription(Model):
    """What `PushSubscription.toJSON()` gives in a browser (W3C Push API)."""

    endpoint: str
    keys: PushKeys


class PushWish(Model):
    """The body of `/invitations:setPush`."""

    invitation: str
    push: PushSubscription | None = None


class QualityReport(Model):
    value: list[ParticipantQualityResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class QualitySummary(Model):
    """All who were in one session, taken together."""

    session: str
    participants: int
    measured: int
    troubled: int
    worst: list[ParticipantQualityResource]


class ReadinessStatus(Model):
    """`degraded`: something is down that we can do without for a while."""

    status: Annotated[Literal["ready", "degraded", "unavailable"], Known]
    dependencies: list[DependencyStatus]


class Region(Model):
    name: str
    status: Annotated[Literal["available", "full"], Known]


class RegionList(Model):
    value: list[Region]


class Removal(Model):
    """The body of `:remove`."""

    ban: bool = False
    """Whether the user is kept out of the meeting until the ban is lifted."""


class Renewal(Model):
    """What a client that is in a session needs to stay, and to come back."""

    token: str
    token_expires_on: datetime
    signalling: SignallingAddress


class ReplayRequest(Model):
    """The body of `:replay`."""

    meeting: str
    from_sequence: int


class Schedule(Model):
    """When a meeting is held. A meeting without one is open at any time."""

    time_zone: str
    """A name of the IANA time zone database."""
    starts_on: str
    duration_minutes: int
    recurrence: str | None = None
    exceptions: list[ScheduleException] = Field(default_factory=list)
    opens_minutes_before: int = 15
    """How early people may come in."""
    closes_minutes_after: int = 60
    """How late, after the end, people may come in."""


class ScheduleException(Model):
    """One occurrence that is not held when the rule says."""

    occurrence: str
    moved_to: str | None = None
    """When it begins instead; absent: it is cancelled."""
    duration_minutes: int | None = None
    """Absent means as long as the others."""


class SchedulePatch(Model):
    """What changes in the schedule; null takes away what was chosen."""

    time_zone: str | None = None
    starts_on: str | None = None
    duration_minutes: int | None = None
    recurrence: str | None = None
    exceptions: list[ScheduleException] | None = None
    opens_minutes_before: int | None = None
    closes_minutes_after: int | None = None


class SecretRotation(Model):
    """The body of `:rotateSecret`."""

    keep_former_seconds: int = 86400
    """For how long messages are signed with the former secret too."""


class SessionEnded(Model):
    """Nobody is in the session any more, and nobody can come back to it."""

    session: str
    started_on: datetime
    ended_on: datetime


class SessionEndedEvent(Model):
    """Nobody is in the session any more, and nobody can come back to it."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["session.ended"]
    data: SessionEnded


class SessionList(Model):
    value: list[SessionResource]
    next_link: str | None = None
    """The address of the next page; absent on the last one."""


class SessionNode(Model):
    id: str
    region: str


class SessionResource(Model):
    id: str
    meeting: str
    started_on: datetime
    ended_on: datetime | None = None
    media_provider: MediaProviderName


class SessionStarted(Model):
    """The first participant joined."""

    session: str


class SessionStartedEvent(Model):
    """The first participant joined."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime
    subject: str
    sequence: int
    datacontenttype: Literal["application/json"]
    type: Literal["session.started"]
    data: SessionStarted


class SettingsPatch(Model):
    """What changes in the settings; null brings the default back."""

    lobby: bool | None = None
    locked: bool | None = None
    max_participants: int | None = None
    may_share: Audience | None = None
    may_chat: Audience | None = None
    mute_on_entry: bool | None = None
    signed_in_role: Role | None = None
    recording_policy: RecordingPolicy | None = None
    reminder_minutes: int | None = None
    regions: list[str] | None = None
    media_provider: MediaProviderName | None = None
    breakout_of: str | None = None


class SignIn(Model):
    authority: str
    client_id: str


class SignallingAddress(Model):
    url: str


class TenantPatch(Model):
    """The body of PATCH (RFC 7396): what is absent stays as it is; null takes a choice back."""

    name: str = ""
    default_media_provider: MediaProviderName = "sfu"
    regions: list[str] | None = None
    branding_name: str | None = None
    entra_tenant_id: str | None = None
    """The directory whose programs may call with access tokens, and whose people may sign in."""
    entra_proof: str | None = None
    """With `entraTenantId`: an access token for Parley of a program of that directory, with the app role
    `Parley.Admin`. It shows that the directory's administrators agree, and is not kept.
    """


class TenantResource(Model):
    id: str
    name: str
    default_media_provider: MediaProviderName
    regions: list[str] | None = None
    branding_name: str | None = None
    entra_tenant_id: str | None = None
    created_on: datetime
    updated_on: datetime
    etag: str


class TestResult(Model):
    """What came of a test event."""

    delivered: bool
    response_status: int | None = None
    failure: Failure | None = None
    duration_milliseconds: int


class TokenRequest(Model):
    """The body of `:issueToken`: whom the tenant lets in, and as what."""

    participant: str
    name: str
    role: Role = "attendee"
    grants: Grants | None = None
    ttl_seconds: int | None = None
    """How long the token lets its user join; absent means 600. Unless `renewForSeconds` says otherwise, what is given
    here also ends all renewing.
    """
    renew_for_seconds: int | None = None
    """How long after the issue somebody who has joined may still come back, with the renewed token that each join
    answers. Absent means 43200 (12 hours), or `ttlSeconds` where that is given; 0 means never after the token itself
    has expired. A renewed token lives for at most 8 hours.
    """


class Usage(Model):
    value: list[UsageOfMeeting]
    next_link: str | None = None


class UsageOfMeeting(Model):
    """One meeting on one day of UTC."""

    day: str
    meeting: str
    sessions: int
    participants: int
    participant_minutes: int


class WaitingPeople(Model):
    value: list[WaitingPerson]


class WaitingPerson(Model):
    participant: str
    name: str
    role: Role
    asked_on: datetime


class WebPushKey(Model):
    public_key: str


class WebhookContent(Model):
    """The body of PUT: all that a tenant chooses about a webhook."""

    url: str
    event_types: list[EventType] | None = None
    ordering: Ordering = "perMeeting"
    enabled: bool = True


class WebhookList(Model):
    value: list[WebhookResource]


class WebhookPatch(Model):
    """The body of PATCH (RFC 7396): what is absent stays as it is; null for `eventTypes` means all."""

    url: str = ""
    event_types: list[EventType] | None = None
    ordering: Ordering = "perMeeting"
    enabled: bool = True


class WebhookResource(Model):
    id: str
    url: str
    event_types: list[EventType] | None = None
    ordering: Ordering
    enabled: bool
    disabled_reason: DisabledReason | None = None
    created_on: datetime
    updated_on: datetime
    etag: str
    secret: str | None = None


Event = (
    InviteeAddedEvent
    | InviteeChangedEvent
    | InviteeRemovedEvent
    | InviteeUnreachableEvent
    | MeetingCreatedEvent
    | MeetingDeletedEvent
    | MeetingRestoredEvent
    | MeetingUpdatedEvent
    | ParticipantJoinedEvent
    | ParticipantLeftEvent
    | SessionEndedEvent
    | SessionStartedEvent
)
"""What a webhook is sent, of the types known here."""
