"""The one place that builds the adapters and the services from the settings.

`process` is this process's only set of services. It is built at the first use, so that importing the app needs no
settings and indexing the functions opens nothing, and it is shared by the HTTP API and the triggers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom

from function_app.api.continuation import Continuations
from function_app.chat.service import ChatService
from function_app.config import Environment, Settings
from function_app.connections import (
    Close,
    SharedState,
    key_or_identity,
    key_source,
    open_cosmos,
    open_traces,
    shared_state,
    text_of,
)
from function_app.directories.building import build_issuers
from function_app.directories.people import People
from function_app.invitees.acceptance import Acceptance
from function_app.invitees.links import InviteeLinks
from function_app.invitees.push_choices import PushChoices
from function_app.invitees.service import InviteeService
from function_app.lobby.service import Lobby
from function_app.media.controller import MediaController
from function_app.media.grants import MediaGrants
from function_app.media.providers.building import build_media_providers
from function_app.media.providers.sfu import SfuProvider
from function_app.media.service_tokens import ServiceTokens
from function_app.media.turn import TurnServers
from function_app.meetings.quota import MeetingQuota
from function_app.meetings.retention import Retention
from function_app.meetings.service import MeetingService
from function_app.notifications.building import build_notifications
from function_app.notifications.notifier import Notifier
from function_app.notifications.reporting import Reporting
from function_app.operations.erasure import Erasure
from function_app.operations.service import Operations
from function_app.participants.control import ParticipantControl
from function_app.participants.elsewhere import PresenceElsewhere
from function_app.participants.entitlements import Entitlements
from function_app.participants.presence import PresenceService
from function_app.participants.tokens import JoinTokens
from function_app.rate_limits.limits import RateLimits
from function_app.readiness import Dependency, Readiness
from function_app.sessions.ending import SessionEnding
from function_app.sessions.entry import EntryRules
from function_app.sessions.join import JoinService
from function_app.sessions.leave import LeaveService
from function_app.sessions.meeting_events import MeetingEvents
from function_app.sessions.moderators import Moderators
from function_app.sessions.removal import RemovalService
from function_app.sessions.running import RunningMeetings
from function_app.sessions.sweep import Sweep
from function_app.signalling.cloud_events import EventOrigin
from function_app.signalling.refusals import Refusals
from function_app.signalling.service import SignallingEvents
from function_app.signalling.webpubsub import Signalling
from function_app.signing.keys import SigningKeys
from function_app.stores.attendance import AttendanceStore
from function_app.stores.audit import AuditStore
from function_app.stores.chat import ChatStore
from function_app.stores.containers import MEETINGS_CONTAINER, TENANTS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.directories import DirectoryStore
from function_app.stores.entrances import EntranceStore
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.lobby import LobbyStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.operations import OperationStore
from function_app.stores.personal_data import PersonalData
from function_app.stores.presence import PresenceStore
from function_app.stores.retention import RetentionStore
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from function_app.stores.usage import UsageStore
from function_app.telemetry.log import write_json_lines
from function_app.telemetry.traces import PlainTraces, Traces
from function_app.tenants.authentication import Authentication
from function_app.tenants.directories import TenantDirectories
from function_app.tenants.last_use import LastUse
from function_app.tenants.service import TenantService
from function_app.timestamps import Clock, utc_now
from function_app.usage.report import UsageReport
from function_app.webhooks.building import build_webhooks
from function_app.webhooks.dispatch import Dispatch
from function_app.webhooks.redelivery import RedeliveryService
from function_app.webhooks.service import WebhookService
from function_app.whip.directions import Directions


@dataclass(frozen=True)
class Services:
    """What endpoints and triggers call."""

    settings: Settings
    clock: Clock
    signing_keys: SigningKeys
    rate_limits: RateLimits
    readiness: Readiness
    traces: Traces
    authentication: Authentication
    people: People | None
    """Verifies who has signed in; None where nobody does."""
    tenants: TenantService
    usage: UsageReport
    audit: AuditStore
    operations: Operations
    meetings: MeetingService
    continuations: Continuations
    join_tokens: JoinTokens
    exclusions: ExclusionStore
    joining: JoinService
    moderators: Moderators
    running: RunningMeetings
    removal: RemovalService
    attendance: AttendanceStore
    lobby: Lobby
    control: ParticipantControl
    sessions: SessionStore
    leaving: LeaveService
    directions: Directions
    signalling: Signalling
    signalling_events: SignallingEvents
    event_origin: EventOrigin
    service_tokens: ServiceTokens
    controller: MediaController
    presence: PresenceService
    chat: ChatService
    ending: SessionEnding
    retention: Retention
    sweep: Sweep
    meeting_events: MeetingEvents
    webhooks: WebhookService
    redelivery: RedeliveryService
    dispatch: Dispatch
    invitees: InviteeService
    invitee_links: InviteeLinks
    acceptance: Acceptance
    push_choices: PushChoices
    notifier: Notifier
    reporting: Reporting
    closing: tuple[Close, ...]

    async def close(self) -> None:
        """Closes every connection."""
        for close in self.closing:
            await close()
        self.traces.close()


class Process:
    """Builds the services when they are first asked for, and again after they were closed."""

    def __init__(self, read_settings: Callable[[], Settings], clock: Clock = utc_now) -> None:
        self._read_settings = read_settings
        self._clock = clock
        self._services: Services | None = None
        self._plain_traces = PlainTraces()

    def services(self) -> Services:
        """Raises pydantic's ValidationError, or OSError or ValueError for the signing key, on wrong settings."""
        if self._services is None:
            self._services = build(self._read_settings(), self._clock)
        return self._services

    @property
    def traces(self) -> Traces:
        """Those of the services; before these are built, plain ones."""
        return self._services.traces if self._services else self._plain_traces

    async def close(self) -> None:
        services, self._services = self._services, None
        if services:
            await services.close()


process = Process(Settings)


def build(settings: Settings, clock: Clock) -> Services:
    """All services, connected to what the settings name. Nothing is called before the first request."""
    if settings.environment is not Environment.LOCAL:
        write_json_lines()
    traces = open_traces(settings.otlp_endpoint)
    keys = SigningKeys(key_source(settings, clock), settings.public_url)
    pepper = settings.api_key_pepper.get_secret_value().encode()
    cosmos = open_cosmos(settings)
    meetings = MeetingStore(cosmos.container(MEETINGS_CONTAINER))
    sessions = SessionStore(cosmos.container(MEETINGS_CONTAINER))
    exclusions = ExclusionStore(cosmos.container(MEETINGS_CONTAINER))
    presence = PresenceStore(cosmos.container(MEETINGS_CONTAINER))
    tenants = TenantStore(cosmos.container(TENANTS_CONTAINER))
    last_use = LastUse(tenants, clock)
    directories = DirectoryStore(cosmos.container(TENANTS_CONTAINER))
    issuers = build_issuers(settings)
    authentication = Authentication(tenants, directories, issuers.applications, pepper, clock, last_use)
    signalling = Signalling(
        settings.webpubsub_endpoint,
        key_or_identity(settings.webpubsub_key),
        settings.webpubsub_timeout_seconds,
    )
    ephemeral = shared_state(settings.redis_url)
    limits = RateLimits(ephemeral.buckets, settings.rate_limit_factor)
    controller = MediaController(
        ephemeral.nodes,
        ephemeral.sessions,
        sessions,
        signalling,
        keys,
        SystemRandom(),
        settings.canary_percent,
    )
    turn = TurnServers(settings.turn_urls, text_of(settings.turn_secret), clock)
    media = build_media_providers(
        settings, SfuProvider(controller, MediaGrants(keys, clock), turn), authentication, clock
    )
    removal = RemovalService(sessions, presence, signalling, media.providers, clock)
    erasure = Erasure(PersonalData(cosmos.container(MEETINGS_CONTAINER)), removal)
    ending = SessionEnding(meetings, sessions, signalling, media.providers)
    webhooks = build_webhooks(settings, cosmos, meetings, clock, limits)
    refusals = Refusals(signalling, limits)
    chat = ChatService(ChatStore(cosmos.container(MEETINGS_CONTAINER)), sessions, signalling, refusals, clock, limits)
    lobby = Lobby(LobbyStore(cosmos.container(MEETINGS_CONTAINER)), sessions, signalling, clock)
    elsewhere = PresenceElsewhere(sessions, presence, signalling, clock)
    quota = MeetingQuota(meetings, limits)
    meeting_service = MeetingService(meetings, clock, settings.meeting_retention, quota)
    notifications = build_notifications(settings, cosmos, meetings, meeting_service, exclusions, limits, clock)
    entitlements = Entitlements(sessions, signalling)
    usage = UsageStore(cosmos.container(MEETINGS_CONTAINER))
    deleted = RetentionStore(cosmos.container(MEETINGS_CONTAINER))
    return Services(
        settings=settings,
        clock=clock,
        signing_keys=keys,
        rate_limits=limits,
        readiness=_readiness(cosmos, signalling, ephemeral),
        traces=traces,
        authentication=authentication,
        people=issuers.people,
        tenants=TenantService(
            tenants, TenantDirectories(directories, tenants, issuers.applications), pepper, clock, authentication.forget
        ),
        usage=UsageReport(usage, clock),
        audit=AuditStore(cosmos.container(TENANTS_CONTAINER)),
        operations=Operations(OperationStore(cosmos.container(TENANTS_CONTAINER)), erasure, clock),
        meetings=meeting_service,
        continuations=Continuations(pepper),
        join_tokens=JoinTokens(keys, clock),
        moderators=Moderators(sessions),
        attendance=AttendanceStore(cosmos.container(MEETINGS_CONTAINER)),
        lobby=lobby,
        control=ParticipantControl(meeting_service, sessions, entitlements, signalling),
        sessions=sessions,
        running=RunningMeetings(meeting_service, sessions, ending, clock),
        joining=JoinService(
            EntranceStore(cosmos.container(MEETINGS_CONTAINER)),
            sessions,
            exclusions,
            media.providers,
            EntryRules(sessions, lobby, clock),
            clock,
            limits,
        ),
        exclusions=exclusions,
        removal=removal,
        leaving=LeaveService(presence, signalling, clock),
        directions=Directions(meetings, sessions, controller, media.providers, limits),
        signalling=signalling,
        signalling_events=SignallingEvents(controller, removal, elsewhere, chat, refusals),
        event_origin=EventOrigin(settings.webpubsub_endpoint, text_of(settings.webpubsub_key)),
        service_tokens=ServiceTokens(text_of(settings.service_key)),
        controller=controller,
        presence=PresenceService(presence, clock),
        chat=chat,
        ending=ending,
        retention=Retention(tenants, meetings, usage, deleted, settings.meeting_retention, clock),
        sweep=Sweep(tenants, meetings, sessions, presence, ending, entitlements, controller, signalling, clock),
        meeting_events=MeetingEvents(meetings, sessions, ending, entitlements, signalling, clock),
        webhooks=webhooks.service,
        redelivery=webhooks.redelivery,
        dispatch=webhooks.dispatch,
        invitees=notifications.invitees,
        invitee_links=notifications.links,
        acceptance=notifications.acceptance,
        push_choices=notifications.push_choices,
        notifier=notifications.notifier,
        reporting=notifications.reporting,
        closing=(
            *webhooks.closing,
            *notifications.closing,
            issuers.close,
            media.close,
            last_use.settled,
            signalling.close,
            cosmos.close,
            *ephemeral.closing,
        ),
    )


def _readiness(cosmos: Cosmos, signalling: Signalling, ephemeral: SharedState) -> Readiness:
    tenants = cosmos.container(TENANTS_CONTAINER)
    shared = () if ephemeral.check is None else (Dependency("redis", ephemeral.check, needed=False),)
    return Readiness(
        (
            Dependency("database", lambda: tenants.read("nobody", "nobody")),
            Dependency("signalling", signalling.check),
            *shared,
        )
    )
