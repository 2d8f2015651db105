"""Staying registered and reporting events, through absences of the control plane."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from parley_protocol.ids import new_id
from parley_protocol.nodes import (
    Capacity,
    Load,
    MediaAddress,
    NodeEvent,
    NodeEvents,
    NodeLease,
    NodeReport,
    PeerConnected,
)
from sfu_container import event_reports, registration
from sfu_container.control_plane import ControlPlaneError, ControlPlaneTimeoutError, RequestRefusedError
from sfu_container.event_reports import EventReports
from sfu_container.grants import GrantVerifier
from sfu_container.registration import Registration
from tests.support.waiting import eventually
from tests.unit.sfu_container.fakes import Signer


def no_delays() -> Iterator[float]:
    while True:
        yield 0.001


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "backoff_delays", no_delays)
    monkeypatch.setattr(event_reports, "backoff_delays", no_delays)


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    yield
    task.cancel()
    await asyncio.wait([task])


class FlakyControlPlane:
    """Fails the first calls, then works."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.reports: list[NodeReport] = []
        self.batches: list[NodeEvents] = []
        self.signer = Signer()
        self.gives_url = True
        self.ended: tuple[str, ...] = ()

    def _maybe_fail(self) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise ControlPlaneError("not now")

    async def register(self, report: NodeReport) -> NodeLease:
        self._maybe_fail()
        self.reports.append(report)
        url = "ws://signalling" if report.needs_signalling and self.gives_url else None
        return NodeLease(heartbeat_seconds=0.01, signalling_url=url, jwks=self.signer.jwks, ended_sessions=self.ended)

    async def post_events(self, events: NodeEvents) -> None:
        self._maybe_fail()
        self.batches.append(events)


def report_of(needs_signalling: bool) -> NodeReport:
    return NodeReport(
        region="local",
        version="1",
        address=MediaAddress(ip="192.0.2.1", port=1),
        capacity=Capacity(packets_per_second=1, peers=1),
        load=Load(packets_per_second=0, peers=0, sessions=0),
        needs_signalling=needs_signalling,
    )


def make_registration(control_plane: FlakyControlPlane, ended: list[str] | None = None) -> Registration:
    """One that adds to `ended` the sessions that it is told are over."""
    end_session = (ended if ended is not None else []).append
    return Registration(control_plane, report_of, GrantVerifier(new_id("nod")), end_session)


async def test_a_node_registers_once_the_control_plane_is_there_and_keeps_beating() -> None:
    control_plane = FlakyControlPlane(failures=5)
    registering = make_registration(control_plane)
    assert not registering.is_registered
    async with running(registering.run()):
        await eventually(lambda: len(control_plane.reports) >= 3, "three heartbeats", every=0.005)
        assert registering.is_registered


async def test_a_node_whose_heartbeats_fail_is_no_longer_registered_until_they_work_again() -> None:
    control_plane = FlakyControlPlane()
    registering = make_registration(control_plane)
    async with running(registering.run()):
        await eventually(lambda: registering.is_registered, "registered", every=0.001)
        control_plane.failures = 1_000_000
        await eventually(lambda: not registering.is_registered, "not registered", every=0.001)
        control_plane.failures = 0
        await eventually(lambda: registering.is_registered, "registered again", every=0.001)


async def test_a_signalling_url_is_asked_for_until_there_is_one() -> None:
    control_plane = FlakyControlPlane(failures=2)
    control_plane.gives_url = False
    asking = asyncio.ensure_future(make_registration(control_plane).signalling_url())
    await eventually(lambda: control_plane.reports, "it was asked", every=0.001)
    assert not asking.done()
    control_plane.gives_url = True
    assert await asking == "ws://signalling"
    assert all(report.needs_signalling for report in control_plane.reports)


async def test_sessions_that_are_over_for_the_control_plane_are_ended() -> None:
    control_plane = FlakyControlPlane()
    over = (new_id("ses"), new_id("ses"))
    ended: list[str] = []
    registering = make_registration(control_plane, ended)
    await registering.beat()
    assert ended == []
    control_plane.ended = over
    await registering.beat()
    assert ended == list(over)


def event() -> PeerConnected:
    return PeerConnected(
        tenant=new_id("ten"),
        meeting="demo",
        session=new_id("ses"),
        participant=new_id("par"),
        peer=new_id("peer"),
        at=datetime.now(UTC),
    )


async def test_events_arrive_in_order_through_failures() -> None:
    control_plane = FlakyControlPlane(failures=3)
    reports = EventReports(control_plane)
    events = [event() for _ in range(450)]
    for one in events:
        reports.report(one)
    async with running(reports.run()):
        await reports.drained()
        assert [one for batch in control_plane.batches for one in batch.events] == events
        assert max(len(batch.events) for batch in control_plane.batches) == 32
        late = event()
        reports.report(late)
        await reports.drained()
        assert control_plane.batches[-1].events == (late,)


class ParticularControlPlane:
    """Does not take batches over `limit` events in time, nor ever one with a poisonous event."""

    def __init__(self, limit: int, poison: tuple[NodeEvent, ...] = ()) -> None:
        self.limit = limit
        self.poison = poison
        self.sizes: list[int] = []
        """Of all batches that came."""
        self.taken: list[NodeEvent] = []

    async def post_events(self, events: NodeEvents) -> None:
        self.sizes.append(len(events.events))
        if any(event in self.poison for event in events.events):
            raise RequestRefusedError("422")
        if len(events.events) > self.limit:
            raise ControlPlaneTimeoutError("too slow")
        self.taken += events.events


async def test_batches_shrink_until_they_are_taken_in_time_and_grow_again() -> None:
    control_plane = ParticularControlPlane(limit=8)
    reports = EventReports(control_plane)
    events = [event() for _ in range(20)]
    for one in events:
        reports.report(one)
    async with running(reports.run()):
        await reports.drained()
        assert control_plane.taken == events
        assert control_plane.sizes[:3] == [20, 10, 5]
        control_plane.limit = 32
        later = [event() for _ in range(100)]
        for one in later:
            reports.report(one)
        await reports.drained()
    assert control_plane.taken == events + later
    assert 32 in control_plane.sizes
    assert reports.dropped == 0


@pytest.mark.parametrize("bad", [(0,), (31,), (17, 18, 63), tuple(range(64))])
async def test_an_event_that_is_refused_is_given_up_alone(bad: tuple[int, ...]) -> None:
    events = [event() for _ in range(64)]
    control_plane = ParticularControlPlane(limit=32, poison=tuple(events[number] for number in bad))
    reports = EventReports(control_plane)
    for one in events:
        reports.report(one)
    async with running(reports.run()):
        await reports.drained()
    assert control_plane.taken == [one for number, one in enumerate(events) if number not in bad]
    assert reports.dropped == len(bad)
    assert len(control_plane.sizes) < 80


async def test_of_too_many_waiting_events_the_oldest_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_reports, "MAX_WAITING_EVENTS", 3)
    control_plane = FlakyControlPlane()
    reports = EventReports(control_plane)
    events = [event() for _ in range(5)]
    for one in events:
        reports.report(one)
    assert reports.dropped == 2
    async with running(reports.run()):
        await reports.drained()
    assert [one for batch in control_plane.batches for one in batch.events] == events[2:]


async def test_events_given_up_during_a_delivery_do_not_take_newer_ones_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_reports, "MAX_WAITING_EVENTS", 3)
    may_go_on = asyncio.Event()
    delivered: list[Any] = []

    class SlowControlPlane:
        async def post_events(self, events: NodeEvents) -> None:
            delivered.extend(events.events)
            await may_go_on.wait()

    reports = EventReports(SlowControlPlane())
    events = [event() for _ in range(5)]
    for one in events[:3]:
        reports.report(one)
    async with running(reports.run()):
        await eventually(lambda: delivered, "a delivery is under way", every=0.001)
        for one in events[3:]:
            reports.report(one)
        may_go_on.set()
        await reports.drained()
    assert delivered == events
