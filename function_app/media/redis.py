"""The registry and the session map that all instances of the control plane share, in Redis.

    parley:nodes                      sorted set: node ids by the end of their lease (Unix seconds)
    parley:node:{id}                  the node as JSON, living as long as its lease
    parley:node:{id}:sessions         sorted set: the node's sessions by the end of their assignment
    parley:session:{id}               hash: node, announced, living as long as the assignment

Each script and each transaction touches one key, so that a clustered Redis may hold the keys wherever it likes.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

from redis.asyncio import Redis
from redis.credentials import CredentialProvider
from redis.exceptions import RedisError

from function_app.errors import RegistryUnavailableError
from function_app.media.assignments import KEPT_SECONDS, Assignment
from function_app.media.nodes import LEASE_SECONDS, Node

_TIMEOUT_SECONDS = 2.0
_NODES = "parley:nodes"

# KEYS[1] the session; ARGV: the node it must have now ('' for none), milliseconds to live, then fields and values.
_ASSIGN = """
local node = redis.call('HGET', KEYS[1], 'node')
if not node or node == ARGV[1] then
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], unpack(ARGV, 3))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HGETALL', KEYS[1])
"""

# KEYS[1] the session; ARGV: the node it must have, milliseconds to live, the connection.
_ANNOUNCED = """
if redis.call('HGET', KEYS[1], 'node') == ARGV[1] then
    redis.call('HSET', KEYS[1], 'announced', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
"""

# KEYS[1] the session; ARGV: the node that carries it, milliseconds to live. Answers the session's node, '' for none.
_KEEP = """
local node = redis.call('HGET', KEYS[1], 'node')
if node == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return node or ''
"""


def connect(url: str, credentials: CredentialProvider | None = None) -> Redis:
    """A client for `url`; it opens connections as it needs them, and gives up on a silent server soon.

    `credentials` are for a server whose URL tells none.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        credential_provider=credentials,
    )


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise RegistryUnavailableError from error


class RedisNodeRegistry:
    def __init__(self, redis: Redis, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._lease_seconds = lease_seconds

    async def put(self, node: Node) -> None:
        lease = int(self._lease_seconds * 1000)
        async with _available(), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.set(_node_key(node.id), node.model_dump_json(), px=lease)
            pipeline.zadd(_NODES, {node.id: time.time() + self._lease_seconds})
            pipeline.zremrangebyscore(_NODES, "-inf", time.time())
            await pipeline.execute()

    async def get(self, node: str) -> Node | None:
        async with _available():
            text = await self._redis.get(_node_key(node))
        return Node.model_validate_json(text) if text else None

    async def live(self) -> list[Node]:
        async with _available():
            names = cast(list[str], await self._redis.zrangebyscore(_NODES, time.time(), "+inf"))
            async with self._redis.pipeline(transaction=False) as pipeline:
                for name in names:
                    pipeline.get(_node_key(name))
                texts = await pipeline.execute()
        return [Node.model_validate_json(text) for text in texts if text]


class RedisSessionMap:
    def __init__(self, redis: Redis, kept_seconds: float = KEPT_SECONDS) -> None:
        self._redis = redis
        self._kept_seconds = kept_seconds
        self._kept_milliseconds = int(kept_seconds * 1000)
        self._assign = redis.register_script(_ASSIGN)
        self._announced = redis.register_script(_ANNOUNCED)
        self._keep = redis.register_script(_KEEP)

    async def find(self, session: str) -> Assignment | None:
        async with _available():
            fields = await cast(Awaitable[dict[str, str]], self._redis.hgetall(_session_key(session)))
        return _assignment(session, fields)

    async def assign(self, wanted: Assignment, instead_of: str | None) -> Assignment:
        fields = wanted.model_dump(exclude={"session"}, exclude_none=True)
        flat = [part for field in fields.items() for part in field]
        async with _available():
            answer = await self._assign(
                keys=[_session_key(wanted.session)], args=[instead_of or "", self._kept_milliseconds, *flat]
            )
            holds = _assignment(wanted.session, dict(zip(answer[::2], answer[1::2], strict=True))) or wanted
            await self._index(holds.node, [wanted.session])
        return holds

    async def announced(self, session: str, node: str, connection: str) -> None:
        async with _available():
            await self._announced(keys=[_session_key(session)], args=[node, self._kept_milliseconds, connection])

    async def keep(self, node: str, sessions: Iterable[str]) -> list[str]:
        kept = list(sessions)
        if not kept:
            return []
        async with _available():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for session in kept:
                    await self._keep(
                        keys=[_session_key(session)], args=[node, self._kept_milliseconds], client=pipeline
                    )
                answers = await pipeline.execute()
            await self._index(node, [session for session, has in zip(kept, answers, strict=True) if has == node])
        return [session for session, has in zip(kept, answers, strict=True) if not has]

    async def of_node(self, node: str) -> list[Assignment]:
        async with _available():
            sessions = cast(list[str], await self._redis.zrangebyscore(_sessions_key(node), time.time(), "+inf"))
            async with self._redis.pipeline(transaction=False) as pipeline:
                for session in sessions:
                    pipeline.hgetall(_session_key(session))
                answers = await pipeline.execute()
        found = [_assignment(session, fields) for session, fields in zip(sessions, answers, strict=True)]
        return [assignment for assignment in found if assignment and assignment.node == node]

    async def forget(self, session: str) -> None:
        async with _available():
            await self._redis.delete(_session_key(session))

    async def _index(self, node: str, sessions: list[str]) -> None:
        """Keeps the list by which `of_node` finds the sessions; the sessions' own keys stay the truth."""
        if not sessions:
            return
        key, end = _sessions_key(node), time.time() + self._kept_seconds
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zadd(key, dict.fromkeys(sessions, end))
            pipeline.zremrangebyscore(key, "-inf", time.time())
            pipeline.pexpire(key, self._kept_milliseconds)
            await pipeline.execute()


def _node_key(node: str) -> str:
    return f"parley:node:{node}"


def _sessions_key(node: str) -> str:
    return f"parley:node:{node}:sessions"


def _session_key(session: str) -> str:
    return f"parley:session:{session}"


def _assignment(session: str, fields: dict[str, Any]) -> Assignment | None:
    return Assignment(session=session, **fields) if fields.get("node") else None
