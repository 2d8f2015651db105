"""How the SDKs reach the services of Azure."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline.transport import AsyncHttpTransport


def direct_transport(**timeouts: float) -> AsyncHttpTransport[Any, Any]:
    """Connections that heed no proxy and no netrc of the environment; `timeouts` are those of the SDK's client.

    For every request aiohttp would look both up, the latter in a thread: a third of the CPU time that a read of the
    database costs. Nothing of ours is behind a proxy.
    """
    # Imported where it is needed: indexing the functions needs no HTTP client.
    from azure.core.pipeline.transport import AioHttpTransport

    transport: AsyncHttpTransport[Any, Any] = AioHttpTransport(use_env_settings=False, **timeouts)
    return transport
