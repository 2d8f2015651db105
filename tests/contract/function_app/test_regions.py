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


async def begin(platform: Platform, meeting: str, regions: list[str]) -> str:
    """The region where the meeting's session begins, or the code of the refusal."""
    body = {"title": "Weekly", "settings": {"regions": regions}}
    assert (await platform.call("PUT", f"/meetings/{meeting}", json=body)).status_code == 201
    answer = await platform.try_join(await platform.token("ann", meeting))
    return str(answer.json()["node"]["region"] if answer.status_code == 200 else answer.headers["x-ms-error-code"])


async def test_a_session_begins_in_the_first_region_with_room_of_those_that_the_meeting_or_its_tenant_names(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    other = FakeNode(platform, sockets)
    await other.start()
    for one, region in ((node, "westeurope"), (other, "northeurope")):
        await one.heartbeat(region=region)
    assert await begin(platform, "one", ["northeurope", "westeurope"]) == "northeurope"
    assert await begin(platform, "two", ["westeurope"]) == "westeurope"
    assert await begin(platform, "three", ["eastus"]) == "NoNodeAvailable"
    await other.heartbeat(region="northeurope", retiring=True)
    assert await begin(platform, "four", ["northeurope", "westeurope"]) == "westeurope"
    assert await begin(platform, "five", ["northeurope"]) == "NoNodeAvailable"
    await platform.call("PATCH", "/tenants/me", json={"regions": ["northeurope"]})
    assert await begin(platform, "six", []) == "NoNodeAvailable"
    assert await begin(platform, "seven", ["westeurope"]) == "westeurope"
    assert other.socket
    await other.socket.close()


async def test_a_session_that_runs_moves_in_its_regions_only(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    await node.heartbeat(region="westeurope")
    assert await begin(platform, "weekly", ["westeurope"]) == "westeurope"
    other = FakeNode(platform, sockets)
    await other.start()
    await node.heartbeat(region="westeurope", draining=True)
    refused = await platform.try_join(await platform.token("bob", "weekly"))
    assert refused.headers["x-ms-error-code"] == "NoNodeAvailable"
    await other.heartbeat(region="westeurope")
    assert (await platform.join("bob", "weekly"))["node"]["id"] == other.id
    assert other.socket
    await other.socket.close()
