"""`/healthz` and `/metrics`."""

from aiohttp.test_utils import TestClient, TestServer

from parley_protocol.grants import Source
from parley_protocol.wire import PublicationOffer
from sfu_container.engine_stats import EngineStats, StreamStats
from sfu_container.load import LoadMeter
from sfu_container.loop_lag import LoopLag
from sfu_container.metrics import NodeCollector, make_registry
from sfu_container.server import make_app
from tests.unit.sfu_container.fakes import World, join_message, make_grant


async def test_health_is_what_it_is_given() -> None:
    world = World()
    registry = make_registry(NodeCollector(world.node, world.engine, LoopLag(), dict))
    app = make_app(lambda: {"status": "ok", "peers": world.node.rooms.peers}, registry)
    async with TestClient(TestServer(app)) as client:
        world.node.join(make_grant(), join_message())
        response = await client.get("/healthz")
        assert response.status == 200
        assert await response.json() == {"status": "ok", "peers": 1}


async def test_metrics_count_what_happened() -> None:
    world = World()
    registry = make_registry(NodeCollector(world.node, world.engine, LoopLag(), lambda: {"signalling": 2}))
    grant, other = make_grant(), make_grant()
    world.node.join(grant, join_message(publications=[PublicationOffer(mid="1", source=Source.MICROPHONE)]))
    world.node.join(other, join_message())
    world.node.link_events.link_failed(other.peer)
    world.control(grant, {"type": "dance"})
    world.engine.counters = EngineStats(
        received=StreamStats(packets=7), sent=StreamStats(packets=9), dropped={"badStun": 3}
    )
    async with TestClient(TestServer(make_app(dict, registry))) as client:
        response = await client.get("/metrics")
        assert response.content_type == "text/plain"
        lines = (await response.text()).splitlines()
    for line in (
        "parley_sfu_peers 1.0",
        "parley_sfu_sessions 1.0",
        'parley_sfu_packets_total{direction="received"} 7.0',
        'parley_sfu_packets_total{direction="sent"} 9.0',
        'parley_sfu_dropped_total{reason="badStun"} 3.0',
        'parley_sfu_refusals_total{code="UnknownMessageType"} 1.0',
        'parley_sfu_departures_total{reason="dtlsFailed"} 1.0',
        'parley_sfu_undelivered_total{road="signalling"} 2.0',
    ):
        assert line in lines


def test_load_is_measured_between_two_reports() -> None:
    world = World()
    meter = LoadMeter(world.node.rooms, world.engine, now=100)
    world.engine.counters = EngineStats(received=StreamStats(packets=400), sent=StreamStats(packets=600))
    assert meter.measure(102).packets_per_second == 500
    assert meter.measure(102.1).packets_per_second == 500
    assert meter.measure(104).packets_per_second == 0
    world.node.join(make_grant(), join_message())
    load = meter.measure(106)
    assert (load.peers, load.sessions) == (1, 1)
