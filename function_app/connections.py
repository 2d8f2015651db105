"""The ways to what the control plane stands on: the database, what instances share, keys, credentials and traces.

Nothing is opened or called before the first request. What only some deployments need is imported where they need it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential

from function_app.config import OptionalSecret, Settings
from function_app.media.assignments import SessionMap
from function_app.media.in_process import InProcessNodeRegistry, InProcessSessionMap
from function_app.media.nodes import NodeRegistry
from function_app.rate_limits.buckets import Buckets
from function_app.rate_limits.in_process import InProcessBuckets
from function_app.readiness import Check
from function_app.signing.sources import KeySource, PemFile
from function_app.stores.cosmos import Cosmos
from function_app.telemetry.traces import PlainTraces, Traces
from function_app.timestamps import Clock

Close = Callable[[], Awaitable[None]]


def open_cosmos(settings: Settings) -> Cosmos:
    """The way to the database; nothing is opened yet."""
    credential = text_of(settings.cosmos_key) or managed_identity()
    return Cosmos(settings.cosmos_endpoint, credential, settings.cosmos_database, settings.cosmos_timeout_seconds)


class SharedState(NamedTuple):
    """What instances know together, or this process alone."""

    nodes: NodeRegistry
    sessions: SessionMap
    buckets: Buckets
    check: Check | None
    """Looks whether what is shared is there; None when nothing is."""
    closing: tuple[Close, ...]


def shared_state(redis_url: str | None) -> SharedState:
    """In Redis, or in this process where there is none."""
    if redis_url is None:
        return SharedState(InProcessNodeRegistry(), InProcessSessionMap(), InProcessBuckets(), None, ())
    # Imported where it is needed: a process without Redis starts a quarter of a second sooner.
    from function_app.media.last_known import LastKnownNodeRegistry, LastKnownSessionMap, Outage
    from function_app.media.redis import RedisNodeRegistry, RedisSessionMap, connect
    from function_app.media.redis_identity import ManagedIdentity, wants_identity
    from function_app.rate_limits.fallback import BucketsWithFallback
    from function_app.rate_limits.redis import RedisBuckets

    identity = managed_identity() if wants_identity(redis_url) else None
    redis = connect(redis_url, ManagedIdentity(identity) if identity else None)
    buckets = BucketsWithFallback(RedisBuckets(redis), InProcessBuckets())
    outage = Outage()
    nodes = LastKnownNodeRegistry(RedisNodeRegistry(redis), outage)
    sessions = LastKnownSessionMap(RedisSessionMap(redis), outage)
    closing = (redis.aclose, identity.close) if identity else (redis.aclose,)
    return SharedState(nodes, sessions, buckets, redis.ping, closing)


def key_source(settings: Settings, clock: Clock) -> KeySource:
    """Where the signing keys are: a file or a secret of Key Vault."""
    if settings.signing_key_file:
        return PemFile(settings.signing_key_file)
    # Imported where they are needed: a process with a file starts sooner.
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    from function_app.signing.key_vault import KeyVaultSecret

    client = SecretClient(settings.key_vault_url or "", DefaultAzureCredential())
    return KeyVaultSecret(client, settings.signing_key_secret, clock)


def open_traces(otlp_endpoint: str | None) -> Traces:
    """Those that go to a collector, or plain ones."""
    if otlp_endpoint is None:
        return PlainTraces()
    # Imported where it is needed: OpenTelemetry takes a third of a second.
    from function_app.telemetry.open_telemetry import OpenTelemetryTraces

    return OpenTelemetryTraces.over_otlp(otlp_endpoint)


def key_or_identity(key: OptionalSecret) -> AzureKeyCredential | AsyncTokenCredential:
    """How to show who we are to a service of Azure: by its key if there is one."""
    text = text_of(key)
    return AzureKeyCredential(text) if text else managed_identity()


def managed_identity() -> AsyncTokenCredential:
    """The identity that Azure gives this process."""
    # Imported where it is needed: a process with keys starts nearly half a second sooner.
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()


def text_of(secret: OptionalSecret) -> str | None:
    """The secret itself."""
    return secret.get_secret_value() if secret else None
