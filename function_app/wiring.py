"""The one place that builds the adapters and the services from the settings."""

from __future__ import annotations

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
from function_app.sessions.moving import MoveService
from function_app.sessions.removal import RemovalService
from function_app.sessions.running import RunningMeetings
from function_app.sessions.sweep import Sweep
from function_app.sessions.transfers import Transfers
from function_app.signalling.cloud_events import EventOrigin
from function_app.signalling.refusals import Refusals
from function_app.signalling.service import SignallingEvents
from function_app.signalling.webpubsub import Signalling
from function_app.signing.keys import SigningKeys
from function_app.stores.attendance import AttendanceStore
from function_app.stores.audit import AuditStore
from function_app.stores.containers import TENANTS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.quality import QualityStore
from function_app.stores.sessions import SessionStore
from function_app.stores.stores import Stores
from function_app.telemetry.log import write_json_lines
from function_app.telemetry.traces import Traces
from function_app.tenants.authentication import Authentication
from function_app.tenants.directories import TenantDirectories
from function_app.tenants.last_use import LastUse
from function_app.tenants.service import TenantService
from function_app.timestamps import Clock
from function_app.usage.report import UsageReport
from function_app.webhooks.building import build_webhooks
from function_app.webhooks.dispatch import Dispatch
from function_app.webhooks.redelivery import RedeliveryService
from function_app.webhooks.service import WebhookService
from function_app.whip.directions import Directions
from function_app.whip.node_calls import NodeCalls
from function_app.whip.relay import Relay


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
    moving: MoveService
    attendance: AttendanceStore
    quality: QualityStore
    lobby: Lobby
    control: ParticipantControl
    sessions: SessionStore
    leaving: LeaveService
    relay: Relay
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


def build(settings: Settings, clock: Clock) -> Services:
    """All services, connected to what the settings name. Nothing is called before the first request."""
    if settings.environment is not Environment.LOCAL:
        write_json_lines()
    traces = open_traces(settings.otlp_endpoint)
    keys = SigningKeys(key_source(settings, clock), settings.public_url)
    pepper = settings.api_key_pepper.get_secret_value().encode()
    cosmos = open_cosmos(settings)
    stores = Stores.of(cosmos)
    last_use = LastUse(stores.tenants, clock)
    issuers = build_issuers(settings)
    authentication = Authentication(stores.tenants, stores.directories, issuers.applications, pepper, clock, last_use)
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
        stores.sessions,
        signalling,
        keys,
        SystemRandom(),
        settings.canary_percent,
    )
    turn = TurnServers(settings.turn_urls, text_of(settings.turn_secret), clock)
    media = build_media_providers(
        settings, SfuProvider(controller, MediaGrants(keys, clock), turn), authentication.settings, clock
    )
    directions = Directions(stores.meetings, stores.sessions, controller, media.providers)
    node_calls = NodeCalls(settings.node_networks, settings.node_timeout_seconds)
    removal = RemovalService(stores.sessions, stores.presence, signalling, media.providers, clock)
    erasure = Erasure(stores.personal_data, removal)
    ending = SessionEnding(stores.meetings, stores.sessions, signalling, media.providers)
    webhooks = build_webhooks(settings, cosmos, stores.meetings, clock, limits)
    refusals = Refusals(signalling, limits)
    chat = ChatService(stores.chat, stores.sessions, signalling, refusals, clock, limits, settings.chat_retention)
    lobby = Lobby(stores.lobby, stores.sessions, signalling, clock)
    elsewhere = PresenceElsewhere(stores.sessions, stores.presence, signalling, clock)
    quota = MeetingQuota(stores.meetings, limits)
    meeting_service = MeetingService(stores.meetings, clock, settings.meeting_retention, quota)
    notifications = build_notifications(
        settings, cosmos, stores.meetings, meeting_service, stores.exclusions, limits, clock, authentication.settings
    )
    entitlements = Entitlements(stores.sessions, signalling)
    rules = EntryRules(stores.sessions, lobby, clock)
    join_tokens = JoinTokens(keys, clock)
    transfers = Transfers(meeting_service, stores.entrance, rules, media.providers, join_tokens)
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
            stores.tenants,
            TenantDirectories(stores.directories, stores.tenants, issuers.applications),
            pepper,
            clock,
            authentication.forget,
        ),
        usage=UsageReport(stores.usage, clock),
        audit=stores.audit,
        operations=Operations(stores.operations, erasure, clock),
        meetings=meeting_service,
        continuations=Continuations(pepper),
        join_tokens=join_tokens,
        moderators=Moderators(stores.sessions),
        attendance=stores.attendance,
        quality=stores.quality,
        lobby=lobby,
        control=ParticipantControl(meeting_service, stores.sessions, entitlements, signalling),
        sessions=stores.sessions,
        running=RunningMeetings(meeting_service, stores.sessions, ending, clock),
        joining=JoinService(
            stores.entrance,
            stores.sessions,
            stores.exclusions,
            media.providers,
            rules,
            clock,
            limits,
        ),
        exclusions=stores.exclusions,
        removal=removal,
        moving=MoveService(stores.sessions, stores.presence, transfers, removal, signalling, clock),
        leaving=LeaveService(stores.presence, signalling, clock),
        relay=Relay(directions, controller, node_calls, limits),
        signalling=signalling,
        signalling_events=SignallingEvents(controller, removal, elsewhere, chat, refusals),
        event_origin=EventOrigin(settings.webpubsub_endpoint, text_of(settings.webpubsub_key)),
        service_tokens=ServiceTokens(text_of(settings.service_key)),
        controller=controller,
        presence=PresenceService(stores.presence, clock),
        chat=chat,
        ending=ending,
        retention=Retention(
            stores.tenants, stores.meetings, stores.usage, stores.retention, settings.meeting_retention, clock
        ),
        sweep=Sweep(
            stores.tenants,
            stores.meetings,
            stores.sessions,
            stores.presence,
            ending,
            entitlements,
            controller,
            signalling,
            clock,
        ),
        meeting_events=MeetingEvents(stores.meetings, stores.sessions, ending, entitlements, signalling, clock),
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
            node_calls.close,
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
