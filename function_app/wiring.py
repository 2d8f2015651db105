"""The one place that builds the adapters and the services from the settings.

`process` is this process's only set of services. It is built at the first use, so that importing the app needs no
settings and indexing the functions opens nothing, and it is shared by the HTTP API and the triggers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import NamedTuple

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential

from function_app.api.continuation import Continuations
from function_app.chat.service import ChatService
from function_app.config import Environment, OptionalSecret, Settings
from function_app.lobby.service import Lobby
from function_app.media.assignments import SessionMap
from function_app.media.controller import MediaController
from function_app.media.grants import MediaGrants
from function_app.media.in_process import InProcessNodeRegistry, InProcessSessionMap
from function_app.media.nodes import NodeRegistry
from function_app.media.providers.choice import MediaProviders
from function_app.media.providers.names import MediaProviderName
from function_app.media.providers.port import MediaProvider
from function_app.media.providers.sfu import SfuProvider
from function_app.media.service_tokens import ServiceTokens
from function_app.media.turn import TurnServers
from function_app.meetings.service import MeetingService
from function_app.participants.control import ParticipantControl
from function_app.participants.elsewhere import PresenceElsewhere
from function_app.participants.presence import PresenceService
from function_app.participants.tokens import JoinTokens
from function_app.rate_limits.buckets import Buckets
from function_app.rate_limits.in_process import InProcessBuckets
from function_app.rate_limits.limits import RateLimits
from function_app.readiness import Check, Dependency, Readiness
from function_app.sessions.ending import SessionEnding
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
from function_app.signing.sources import KeySource, PemFile
from function_app.stores.audit import AuditStore
from function_app.stores.chat import ChatStore
from function_app.stores.cosmos import Cosmos
from function_app.stores.deliveries import DeliveryStore
from function_app.stores.events import EventStore
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.lobby import LobbyStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.presence import PresenceStore
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from function_app.stores.webhooks import WebhookStore
from function_app.telemetry.log import write_json_lines
from function_app.telemetry.traces import PlainTraces, Traces
from function_app.tenants.authentication import Authentication
from function_app.tenants.last_use import LastUse
from function_app.tenants.service import TenantService
from function_app.timestamps import Clock, utc_now
from function_app.webhooks.addresses import any_socket, public_socket
from function_app.webhooks.courier import Courier, Stores
from function_app.webhooks.dispatch import Dispatch
from function_app.webhooks.lanes import Lanes
from function_app.webhooks.messages import Messenger
from function_app.webhooks.redelivery import RedeliveryService
from function_app.webhooks.service import WebhookService
from function_app.webhooks.signatures import SigningSecrets
from function_app.whip.directions import Directions

MEETINGS_CONTAINER = "meetings"
TENANTS_CONTAINER = "tenants"
WEBHOOKS_CONTAINER = "webhooks"
LEASES_CONTAINER = "leases"

Close = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Services:
    """What endpoints and triggers call."""

    settings: Settings
    signing_keys: SigningKeys
    rate_limits: RateLimits
    readiness: Readiness
    traces: Traces
    authentication: Authentication
    tenants: TenantService
    audit: AuditStore
    meetings: MeetingService
    continuations: Continuations
    join_tokens: JoinTokens
    exclusions: ExclusionStore
    joining: JoinService
    moderators: Moderators
    running: RunningMeetings
    removal: RemovalService
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
    sweep: Sweep
    meeting_events: MeetingEvents
    webhooks: WebhookService
    redelivery: RedeliveryService
    dispatch: Dispatch
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
    traces = _traces(settings.otlp_endpoint)
    keys = SigningKeys(_key_source(settings, clock), settings.public_url)
    pepper = settings.api_key_pepper.get_secret_value().encode()
    cosmos = open_cosmos(settings)
    meetings = MeetingStore(cosmos.container(MEETINGS_CONTAINER))
    sessions = SessionStore(cosmos.container(MEETINGS_CONTAINER))
    exclusions = ExclusionStore(cosmos.container(MEETINGS_CONTAINER))
    presence = PresenceStore(cosmos.container(MEETINGS_CONTAINER))
    tenants = TenantStore(cosmos.container(TENANTS_CONTAINER))
    last_use = LastUse(tenants, clock)
    authentication = Authentication(tenants, pepper, clock, last_use)
    signalling = Signalling(
        settings.webpubsub_endpoint,
        _key_or_identity(settings.webpubsub_key),
        settings.webpubsub_timeout_seconds,
    )
    ephemeral = _ephemeral_state(settings.redis_url)
    limits = RateLimits(ephemeral.buckets, settings.rate_limit_factor)
    controller = MediaController(ephemeral.nodes, ephemeral.sessions, sessions, signalling, keys, SystemRandom())
    removal = RemovalService(sessions, presence, signalling, clock)
    turn = TurnServers(settings.turn_urls, _text(settings.turn_secret), clock)
    media = _media_providers(settings, SfuProvider(controller, MediaGrants(keys, clock), turn), authentication, clock)
    ending = SessionEnding(meetings, sessions, signalling, media.providers)
    webhooks = _webhooks(settings, cosmos, meetings, clock, limits)
    refusals = Refusals(signalling, limits)
    chat = ChatService(ChatStore(cosmos.container(MEETINGS_CONTAINER)), sessions, signalling, refusals, clock, limits)
    lobby = Lobby(LobbyStore(cosmos.container(MEETINGS_CONTAINER)), sessions, signalling, clock)
    elsewhere = PresenceElsewhere(sessions, presence, signalling, clock)
    meeting_service = MeetingService(meetings, clock)
    return Services(
        settings=settings,
        signing_keys=keys,
        rate_limits=limits,
        readiness=_readiness(cosmos, signalling, ephemeral),
        traces=traces,
        authentication=authentication,
        tenants=TenantService(tenants, pepper, clock, authentication.forget),
        audit=AuditStore(cosmos.container(TENANTS_CONTAINER)),
        meetings=meeting_service,
        continuations=Continuations(pepper),
        join_tokens=JoinTokens(keys, clock),
        moderators=Moderators(sessions),
        lobby=lobby,
        control=ParticipantControl(meeting_service, sessions, signalling),
        sessions=sessions,
        running=RunningMeetings(meeting_service, sessions, ending, clock),
        joining=JoinService(meetings, sessions, exclusions, media.providers, lobby, clock, limits),
        exclusions=exclusions,
        removal=removal,
        leaving=LeaveService(presence, signalling, clock),
        directions=Directions(meetings, sessions, controller, media.providers, limits),
        signalling=signalling,
        signalling_events=SignallingEvents(controller, removal, elsewhere, chat, refusals),
        event_origin=EventOrigin(settings.webpubsub_endpoint, _text(settings.webpubsub_key)),
        service_tokens=ServiceTokens(_text(settings.service_key)),
        controller=controller,
        presence=PresenceService(presence, clock),
        chat=chat,
        ending=ending,
        sweep=Sweep(tenants, meetings, sessions, presence, ending, controller, signalling, clock),
        meeting_events=MeetingEvents(meetings, sessions, ending, signalling, clock),
        webhooks=webhooks.service,
        redelivery=webhooks.redelivery,
        dispatch=webhooks.dispatch,
        closing=(*webhooks.closing, media.close, last_use.settled, signalling.close, cosmos.close, *ephemeral.closing),
    )


def open_cosmos(settings: Settings) -> Cosmos:
    """The way to the database; nothing is opened yet."""
    credential = _text(settings.cosmos_key) or _managed_identity()
    return Cosmos(settings.cosmos_endpoint, credential, settings.cosmos_database, settings.cosmos_timeout_seconds)


class _Webhooks(NamedTuple):
    service: WebhookService
    redelivery: RedeliveryService
    dispatch: Dispatch
    closing: tuple[Close, ...]


def _webhooks(
    settings: Settings, cosmos: Cosmos, meetings: MeetingStore, clock: Clock, limits: RateLimits
) -> _Webhooks:
    # Imported where it is needed: aiohttp takes a fifth of a second.
    from function_app.webhooks.resolver import OwnThreadsResolver
    from function_app.webhooks.sender import WebhookSender

    stores = Stores(
        WebhookStore(cosmos.container(TENANTS_CONTAINER)),
        DeliveryStore(cosmos.container(WEBHOOKS_CONTAINER)),
        EventStore(cosmos.container(MEETINGS_CONTAINER)),
    )
    timeout = settings.webhook_timeout_seconds
    sender = WebhookSender(
        timeout, any_socket if settings.webhooks_to_private_addresses else public_socket, OwnThreadsResolver()
    )
    messenger = Messenger(sender, _signing_secrets(settings), settings.public_url, clock)
    longest_message = timedelta(seconds=timeout + settings.cosmos_timeout_seconds)
    courier = Courier(stores, messenger, clock, SystemRandom().random, longest_message)
    lanes = Lanes(courier.run)

    async def stop() -> None:
        courier.stop()
        await lanes.close()
        await sender.close()

    service = webhook_service(settings, stores.webhooks, clock)
    redelivery = RedeliveryService(service, stores.deliveries, meetings, messenger, lanes, clock, limits)
    return _Webhooks(service, redelivery, Dispatch(stores, lanes, clock), (stop,))


def webhook_service(settings: Settings, store: WebhookStore, clock: Clock) -> WebhookService:
    """What tenants do with their webhooks, which is all that the bootstrap needs."""
    secrets = _signing_secrets(settings)
    return WebhookService(store, secrets, clock, private_allowed=settings.webhooks_to_private_addresses)


def _signing_secrets(settings: Settings) -> SigningSecrets:
    return SigningSecrets(settings.api_key_pepper.get_secret_value().encode())


def _traces(otlp_endpoint: str | None) -> Traces:
    if otlp_endpoint is None:
        return PlainTraces()
    # Imported where it is needed: OpenTelemetry takes a third of a second.
    from function_app.telemetry.open_telemetry import OpenTelemetryTraces

    return OpenTelemetryTraces.over_otlp(otlp_endpoint)


def _readiness(cosmos: Cosmos, signalling: Signalling, ephemeral: _EphemeralState) -> Readiness:
    tenants = cosmos.container(TENANTS_CONTAINER)
    shared = () if ephemeral.check is None else (Dependency("redis", ephemeral.check, needed=False),)
    return Readiness(
        (
            Dependency("database", lambda: tenants.read("nobody", "nobody")),
            Dependency("signalling", signalling.check),
            *shared,
        )
    )


class _Media(NamedTuple):
    providers: MediaProviders
    close: Close


def _media_providers(settings: Settings, sfu: SfuProvider, tenants: Authentication, clock: Clock) -> _Media:
    closing: list[Close] = []
    timeout = settings.media_provider_timeout_seconds

    def acs() -> MediaProvider:
        # These two are imported at their first session: their clients take half a second each.
        from function_app.media.providers.acs import AcsProvider

        made = AcsProvider(settings.acs_endpoint or "", _key_or_identity(settings.acs_key), timeout, clock)
        closing.append(made.close)
        return made

    def livekit() -> MediaProvider:
        from function_app.media.providers.livekit import LiveKitProvider

        key, secret = settings.livekit_api_key or "", _text(settings.livekit_api_secret) or ""
        made = LiveKitProvider(settings.livekit_url or "", key, secret, timeout, clock)
        closing.append(made.close)
        return made

    others: dict[MediaProviderName, Callable[[], MediaProvider]] = {}
    if settings.acs_endpoint:
        others[MediaProviderName.ACS] = acs
    if settings.livekit_url:
        others[MediaProviderName.LIVEKIT] = livekit

    async def of_tenant(tenant: str) -> MediaProviderName:
        found = await tenants.find(tenant)
        return found.settings.default_media_provider if found else MediaProviderName.SFU

    async def close() -> None:
        for each in closing:
            await each()

    return _Media(MediaProviders(sfu, others, of_tenant), close)


class _EphemeralState(NamedTuple):
    nodes: NodeRegistry
    sessions: SessionMap
    buckets: Buckets
    check: Check | None
    """Looks whether what is shared is there; None when nothing is."""
    closing: tuple[Close, ...]


def _ephemeral_state(redis_url: str | None) -> _EphemeralState:
    if redis_url is None:
        return _EphemeralState(InProcessNodeRegistry(), InProcessSessionMap(), InProcessBuckets(), None, ())
    # Imported where it is needed: a process without Redis starts a quarter of a second sooner.
    from function_app.media.last_known import LastKnownNodeRegistry, LastKnownSessionMap, Outage
    from function_app.media.redis import RedisNodeRegistry, RedisSessionMap, connect
    from function_app.rate_limits.fallback import BucketsWithFallback
    from function_app.rate_limits.redis import RedisBuckets

    redis = connect(redis_url)
    buckets = BucketsWithFallback(RedisBuckets(redis), InProcessBuckets())
    outage = Outage()
    nodes = LastKnownNodeRegistry(RedisNodeRegistry(redis), outage)
    sessions = LastKnownSessionMap(RedisSessionMap(redis), outage)
    return _EphemeralState(nodes, sessions, buckets, redis.ping, (redis.aclose,))


def _key_source(settings: Settings, clock: Clock) -> KeySource:
    if settings.signing_key_file:
        return PemFile(settings.signing_key_file)
    # Imported where they are needed: a process with a file starts sooner.
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    from function_app.signing.key_vault import KeyVaultSecret

    client = SecretClient(settings.key_vault_url or "", DefaultAzureCredential())
    return KeyVaultSecret(client, settings.signing_key_secret, clock)


def _key_or_identity(key: OptionalSecret) -> AzureKeyCredential | AsyncTokenCredential:
    text = _text(key)
    return AzureKeyCredential(text) if text else _managed_identity()


def _managed_identity() -> AsyncTokenCredential:
    # Imported where it is needed: a process with keys starts nearly half a second sooner.
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()


def _text(secret: OptionalSecret) -> str | None:
    return secret.get_secret_value() if secret else None
