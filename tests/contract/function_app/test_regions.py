"""Where sessions can be carried, as tenants see it."""

import aiohttp

from .support import FakeNode, Platform


async def test_tenants_see_the_regions_that_have_nodes_and_where_there_is_no_room(
    platform: Platform, sockets: aiohttp.ClientSession
) -> None:
    idle = {"packetsPerSecond": 0, "peers": 0, "sessions": 0}
    full = {"packetsPerSecond": 9000, "peers": 90, "sessions": 9}
    nodes = [FakeNode(platform, sockets) for _ in range(3)]
    told = [("westeurope", idle), ("northeurope", full), ("westeurope", full)]
    for node, (region, load) in zip(nodes, told, strict=True):
        await node.start()
        await node.heartbeat(region=region, load=load)
    answer = await platform.call("GET", "/regions")
    assert answer.json() == {
        "value": [{"name": "northeurope", "status": "full"}, {"name": "westeurope", "status": "available"}]
    }
    platform.lose_lease(nodes[1].id)
    assert [region["name"] for region in (await platform.call("GET", "/regions")).json()["value"]] == ["westeurope"]
    for node in nodes:
        assert node.socket
        await node.socket.close()


async def test_strangers_are_not_told_where_the_nodes_are(platform: Platform) -> None:
    assert (await platform.http.get("/regions")).status_code == 401
