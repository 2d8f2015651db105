"""All Peers' ICE agents behind one address: finds them by ufrag and by path, and answers checks."""

from __future__ import annotations

from collections.abc import Callable

from sfu_container.engine import Event, IceConnected, IceLost
from sfu_container.plain_engine import stun
from sfu_container.plain_engine.errors import BadInputError, DropReason
from sfu_container.plain_engine.ice_agent import Credentials, IceAgent, Path


class IceServer:
    def __init__(self, timeout_seconds: float, emit: Callable[[Event], None]) -> None:
        self._agents: dict[str, IceAgent] = {}
        self._by_ufrag: dict[str, IceAgent] = {}
        self._by_path: dict[Path, IceAgent] = {}
        self._timeout_seconds = timeout_seconds
        self._emit = emit

    def add(self, peer: str, credentials: Credentials) -> IceAgent:
        """Answer checks for a Peer; raises `ValueError` for a ufrag that is in use."""
        self._claim(credentials.ufrag)
        agent = IceAgent(peer, credentials)
        self._agents[peer] = self._by_ufrag[credentials.ufrag] = agent
        return agent

    def restart(self, peer: str, credentials: Credentials, grace_until: float) -> None:
        """Take new credentials for a Peer; raises `ValueError` for a ufrag that is in use."""
        self._claim(credentials.ufrag)
        agent = self._agents[peer]
        agent.restart(credentials, grace_until)
        self._by_ufrag[credentials.ufrag] = agent
        self._forget_stale(agent)

    def remove(self, peer: str) -> None:
        """Forget a Peer."""
        agent = self._agents.pop(peer)
        self._by_ufrag = {ufrag: other for ufrag, other in self._by_ufrag.items() if other is not agent}
        self._by_path = {path: other for path, other in self._by_path.items() if other is not agent}

    def agent_at(self, path: Path) -> IceAgent | None:
        """The agent whose Peer has proven this path."""
        return self._by_path.get(path)

    def answer(self, path: Path, data: bytes, now: float) -> bytes | None:
        """Take a STUN message; returns what to answer, if anything. Raises `BadInputError`."""
        request = stun.parse_binding_request(data)
        if request is None:
            return None
        agent = self._by_ufrag.get(request.local_ufrag)
        if agent is None:
            raise BadInputError(DropReason.UNKNOWN_UFRAG)
        is_previous = agent.previous is not None and agent.previous.ufrag == request.local_ufrag
        credentials = agent.previous if is_previous and agent.previous is not None else agent.credentials
        if not request.is_signed_with(credentials.pwd):
            raise BadInputError(DropReason.BAD_INTEGRITY)
        if request.unknown_attributes:
            return stun.build_unknown_attributes_error(
                request.transaction_id, request.unknown_attributes, credentials.pwd
            )
        self._validate(agent, path, credentials, request.use_candidate, now)
        return stun.build_success(request.transaction_id, path.remote, credentials.pwd)

    def hear(self, agent: IceAgent, path: Path, now: float) -> None:
        """Note authentic media from a Peer."""
        if agent.hear(now):
            self._emit(IceConnected(agent.peer, path.remote, path.protocol))

    def forget_path(self, path: Path) -> None:
        """A TCP connection is closed."""
        agent = self._by_path.pop(path, None)
        if agent is not None:
            agent.forget(path)

    def expire(self, now: float) -> None:
        """Let time pass: end graces, and tell who has fallen silent."""
        for agent in self._agents.values():
            if agent.expire(self._timeout_seconds, now):
                self._emit(IceLost(agent.peer))
            self._forget_stale(agent)

    def _claim(self, ufrag: str) -> None:
        if ufrag in self._by_ufrag:
            raise ValueError("ufrag is in use")

    def _validate(self, agent: IceAgent, path: Path, credentials: Credentials, nominated: bool, now: float) -> None:
        owner = self._by_path.get(path)
        if owner is not None and owner is not agent:
            # An address translator gave the port to somebody else.
            owner.forget(path)
        is_news = agent.check(path, credentials, nominated, now)
        self._by_path[path] = agent
        self._forget_stale(agent)
        if is_news:
            self._emit(IceConnected(agent.peer, path.remote, path.protocol))

    def _forget_stale(self, agent: IceAgent) -> None:
        for ufrag in agent.stale_ufrags:
            del self._by_ufrag[ufrag]
        for path in agent.stale_paths:
            del self._by_path[path]
        agent.stale_ufrags.clear()
        agent.stale_paths.clear()
