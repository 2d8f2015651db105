"""The node registry and the session map: the same behaviour from every adapter."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from function_app.errors import RegistryUnavailableError
from function_app.media.assignments import Assignment, SessionMap
from function_app.media.in_process import InProcessNodeRegistry, InProcessSessionMap
from function_app.media.last_known import LastKnownNodeRegistry, LastKnownSessionMap, Outage
from function_app.media.nodes import Node, NodeRegistry
from function_app.media.redis import RedisNodeRegistry, RedisSessionMap, connect
from parley_protocol.ids import new_id
from parley_protocol.nodes import Capacity, Load, ReleaseTrack

from .support import FakeNode, eventually, running_platform

ADAPTERS = ["in-process", "redis", "last-known"]
SHORT_SECONDS = 0.3


class State:
    """One adapter's registry and map."""

    def __init__(self, nodes: NodeRegistry, sessions: SessionMap) -> None:
        self.nodes = nodes
        self.sessions = sessions


def last_known(shared: State) -> State:
    outage = Outage()
    return State(LastKnownNodeRegistry(shared.nodes, outage), LastKnownSessionMap(shared.sessions, outage))


async def open_state(adapter: str, request: pytest.FixtureRequest, seconds: float | None) -> AsyncIterator[State]:
    lifetime = () if seconds is None else (seconds,)
    if adapter == "in-process":
        yield State(InProcessNodeRegistry(*lifetime), InProcessSessionMap(*lifetime))
        return
    redis = connect(request.getfixturevalue("redis_url"))
    await redis.flushall()
    shared = State(RedisNodeRegistry(redis, *lifetime), RedisSessionMap(redis, *lifetime))
    yield shared if adapter == "redis" else last_known(shared)
    await redis.aclose()


@pytest.fixture(params=ADAPTERS)
async def state(request: pytest.FixtureRequest) -> AsyncIterator[State]:
    async for opened in open_state(request.param, request, None):
        yield opened


@pytest.fixture(params=ADAPTERS)
async def short_lived(request: pytest.FixtureRequest) -> AsyncIterator[State]:
    """One in which everything is forgotten soon."""
    async for opened in open_state(request.param, request, SHORT_SECONDS):
        yield opened


def a_node(**changes: object) -> Node:
    node = Node(
        id=new_id("nod"),
        region="local",
        version="1.0.0",
        track=ReleaseTrack.STABLE,
        capacity=Capacity(packets_per_second=1000, peers=10),
        load=Load(packets_per_second=1.5, peers=1, sessions=1),
        draining=False,
        listening=True,
        connection="connection-1",
    )
    return node.model_copy(update=changes)


def an_assignment(node: str, session: str | None = None) -> Assignment:
    return Assignment(session=session or new_id("ses"), node=node)


async def test_a_node_is_remembered_as_it_was_last_put(state: State) -> None:
    node = a_node()
    await state.nodes.put(node)
    changed = node.model_copy(update={"draining": True})
    await state.nodes.put(changed)
    assert await state.nodes.get(node.id) == changed
    assert await state.nodes.live() == [changed]


async def test_an_unknown_node_is_not_there(state: State) -> None:
    assert await state.nodes.get(new_id("nod")) is None
    assert await state.nodes.live() == []


async def test_all_live_nodes_are_listed(state: State) -> None:
    nodes = [a_node() for _ in range(3)]
    for node in nodes:
        await state.nodes.put(node)
    assert sorted(node.id for node in await state.nodes.live()) == sorted(node.id for node in nodes)


async def test_a_node_that_is_silent_is_forgotten(short_lived: State) -> None:
    node = a_node()
    await short_lived.nodes.put(node)

    async def is_gone() -> bool:
        return await short_lived.nodes.get(node.id) is None and await short_lived.nodes.live() == []

    await eventually(is_gone)


async def test_a_heartbeat_keeps_a_node(short_lived: State) -> None:
    steady, silent = a_node(), a_node()
    await short_lived.nodes.put(silent)

    async def the_silent_one_is_gone() -> bool:
        await short_lived.nodes.put(steady)
        return await short_lived.nodes.get(silent.id) is None

    await eventually(the_silent_one_is_gone)
    assert await short_lived.nodes.get(steady.id) == steady


async def test_a_session_gets_the_node_that_is_assigned(state: State) -> None:
    wanted = an_assignment("node-a")
    assert await state.sessions.assign(wanted, instead_of=None) == wanted
    assert await state.sessions.find(wanted.session) == wanted


async def test_the_first_assignment_wins(state: State) -> None:
    first = an_assignment("node-a")
    await state.sessions.assign(first, instead_of=None)
    second = an_assignment("node-b", first.session)
    assert await state.sessions.assign(second, instead_of=None) == first


async def test_simultaneous_assignments_agree(state: State) -> None:
    session = new_id("ses")
    wishes = [an_assignment(f"node-{number}", session) for number in range(20)]
    answers = await asyncio.gather(*(state.sessions.assign(wish, instead_of=None) for wish in wishes))
    assert len({answer.node for answer in answers}) == 1


async def test_a_session_is_reassigned_from_the_node_it_has(state: State) -> None:
    first = an_assignment("node-a")
    await state.sessions.assign(first, instead_of=None)
    await state.sessions.announced(first.session, "node-a", "connection-1")
    second = an_assignment("node-b", first.session)
    assert await state.sessions.assign(second, instead_of="node-a") == second
    third = an_assignment("node-c", first.session)
    assert await state.sessions.assign(third, instead_of="node-a") == second


async def test_an_announcement_is_noted_for_the_node_that_has_the_session(state: State) -> None:
    assignment = an_assignment("node-a")
    await state.sessions.assign(assignment, instead_of=None)
    await state.sessions.announced(assignment.session, "node-b", "connection-2")
    assert await state.sessions.find(assignment.session) == assignment
    await state.sessions.announced(assignment.session, "node-a", "connection-1")
    found = await state.sessions.find(assignment.session)
    assert found
    assert found.announced == "connection-1"


async def test_a_session_that_ended_is_forgotten(state: State) -> None:
    assignment = an_assignment("node-a")
    await state.sessions.assign(assignment, instead_of=None)
    await state.sessions.forget(assignment.session)
    assert await state.sessions.find(assignment.session) is None
    assert await state.sessions.of_node("node-a") == []


async def test_a_nodes_sessions_are_listed(state: State) -> None:
    own, others = an_assignment("node-a"), an_assignment("node-b")
    await state.sessions.assign(own, instead_of=None)
    await state.sessions.assign(others, instead_of=None)
    await state.sessions.assign(an_assignment("node-a", others.session), instead_of="node-b")
    assert {found.session for found in await state.sessions.of_node("node-a")} == {own.session, others.session}
    assert await state.sessions.of_node("node-b") == []


async def test_a_node_is_told_which_of_its_sessions_nobody_has(state: State) -> None:
    unclaimed, own, others = new_id("ses"), an_assignment("node-a"), an_assignment("node-b")
    await state.sessions.assign(own, instead_of=None)
    await state.sessions.assign(others, instead_of=None)
    assert await state.sessions.keep("node-a", [unclaimed, own.session, others.session]) == [unclaimed]
    assert await state.sessions.keep("node-a", []) == []
    assert await state.sessions.find(unclaimed) is None
    assert await state.sessions.find(others.session) == others
    assert [one.session for one in await state.sessions.of_node("node-a")] == [own.session]


async def test_keeping_a_session_loses_nothing_of_it(state: State) -> None:
    assignment = an_assignment("node-a")
    await state.sessions.assign(assignment, instead_of=None)
    await state.sessions.announced(assignment.session, "node-a", "connection-1")
    await state.sessions.keep("node-a", [assignment.session])
    assert await state.sessions.find(assignment.session) == assignment.model_copy(update={"announced": "connection-1"})


async def test_a_session_that_nobody_speaks_of_is_forgotten_and_one_that_is_kept_is_not(short_lived: State) -> None:
    kept, silent = an_assignment("node-a"), an_assignment("node-a")
    await short_lived.sessions.assign(kept, instead_of=None)
    await short_lived.sessions.assign(silent, instead_of=None)

    async def the_silent_one_is_gone() -> bool:
        await short_lived.sessions.keep("node-a", [kept.session])
        return await short_lived.sessions.find(silent.session) is None

    await eventually(the_silent_one_is_gone)
    assert await short_lived.sessions.find(kept.session) == kept
    assert await short_lived.sessions.of_node("node-a") == [kept]


async def test_a_redis_that_is_away_is_a_coded_error(tmp_path: Path) -> None:
    redis = connect(f"unix://{tmp_path}/nobody")
    for call in (RedisNodeRegistry(redis).live(), RedisSessionMap(redis).find("ses")):
        with pytest.raises(RegistryUnavailableError):
            await call
    await redis.aclose()


async def test_the_join_path_works_over_redis(tmp_path: Path, redis_url: str) -> None:
    async with running_platform(tmp_path, redis_url=redis_url) as platform, aiohttp.ClientSession() as sockets:
        node = FakeNode(platform, sockets)
        await node.start()
        ann, bob = await asyncio.gather(platform.join("ann"), platform.join("bob"))
        assert ann["session"]["id"] == bob["session"]["id"]
        assert node.socket
        await node.socket.close()


async def test_when_redis_goes_away_sessions_go_on_and_new_ones_begin(tmp_path: Path) -> None:
    process = await start_redis(tmp_path)
    url = f"unix://{tmp_path}/socket"
    async with running_platform(tmp_path, redis_url=url) as platform, aiohttp.ClientSession() as sockets:
        await platform.put_meeting("weekly")
        node = FakeNode(platform, sockets)
        await node.start()
        ann = await platform.join("ann")
        tokens = [await platform.token("bob"), await platform.token("cat", "weekly")]
        process.terminate()
        await process.wait()
        bob, cat = [await platform.try_join(token) for token in tokens]
        assert (bob.status_code, cat.status_code) == (200, 200), bob.text + cat.text
        assert bob.json()["session"]["id"] == ann["session"]["id"]
        lease = await node.heartbeat(sessions=[ann["session"]["id"]])
        assert lease["endedSessions"] == []
        assert node.socket
        await node.socket.close()


async def start_redis(folder: Path) -> asyncio.subprocess.Process:
    """A Redis server that a test may stop."""
    arguments = ("--port", "0", "--unixsocket", str(folder / "socket"), "--save", "", "--dir", str(folder))
    process = await asyncio.create_subprocess_exec("redis-server", *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    while b"ready to accept connections" not in (line := await process.stdout.readline()).lower():
        assert line, "redis-server ended"
    return process
