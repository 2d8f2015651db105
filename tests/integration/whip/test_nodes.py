"""Clients know the platform's address only; whichever node has their session, their requests come to it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from local_azure.runner.home import Home
from local_azure.runner.keys import load_keys
from tests.integration.sfu_container.processes import health, node_process
from tests.integration.whip.conftest import Invite
from tests.support.platform import Platform, free_port_row
from tests.support.waiting import eventually
from tests.support.whip import WhipClient, WhipRefusedError

START_SECONDS = 60


@pytest.fixture
async def nodes(platform: Platform) -> AsyncIterator[list[str]]:
    """The origins of the platform's node and of two workers beside it, which are all registered."""
    ports = free_port_row()
    settings = {
        "PARLEY_SERVICE_KEY": load_keys(Home(platform.home)).service_key,
        "PARLEY_CONTROL_URL": platform.origin,
        "PARLEY_MEDIA_PORT": str(ports),
        "PARLEY_HTTP_PORT": str(ports + 2),
    }
    async with node_process("--workers", "2", **settings) as (_, environment):

        async def are_ready() -> bool:
            answers = [await health(environment, number) for number in range(2)]
            return all(answer and answer["registered"] and answer["signalling"] for answer in answers)

        await eventually(are_ready, "both workers are registered and hear signalling", within=START_SECONDS)
        yield [platform.node_origin, *(f"http://127.0.0.1:{ports + 2 + number}" for number in range(2))]


async def peers_at(nodes: list[str], http: aiohttp.ClientSession) -> list[int]:
    """How many Peers each has."""
    counts = []
    for origin in nodes:
        async with http.get(f"{origin}/healthz") as response:
            counts.append((await response.json())["peers"])
    return counts


async def test_a_publisher_and_every_viewer_come_to_one_node_without_knowing_of_any(
    platform: Platform, nodes: list[str], invite: Invite, http: aiohttp.ClientSession
) -> None:
    studio = WhipClient(f"{platform.origin}/whip/demo", await invite("studio"), http)
    await studio.publish()
    viewers = []
    for number in range(3):
        viewer = WhipClient(f"{platform.origin}/whep/demo/studio", await invite(f"viewer-{number}"), http)
        await viewer.watch()
        viewers.append(viewer)
    assert sorted(await peers_at(nodes, http)) == [0, 0, 4]
    for one in (studio, *viewers):
        assert one.resource.startswith(f"{platform.origin}/wh")
    await eventually(lambda: all(one.frames.get("video", 0) >= 5 for one in viewers), "every viewer sees the studio")
    for one in (studio, *viewers):
        assert await one.leave() == 200
        await one.close()
    assert await peers_at(nodes, http) == [0, 0, 0]


async def test_a_node_that_is_asked_for_a_session_of_another_does_not_begin_it_again(
    platform: Platform, nodes: list[str], invite: Invite, http: aiohttp.ClientSession
) -> None:
    studio = WhipClient(f"{platform.origin}/whip/demo", await invite("studio"), http)
    await studio.publish()
    carrier = nodes[(await peers_at(nodes, http)).index(1)]
    for origin in nodes:
        viewer = WhipClient(f"{origin}/whep/demo", await invite("viewer"), http)
        if origin == carrier:
            await viewer.watch()
            assert await viewer.leave() == 200
        else:
            with pytest.raises(WhipRefusedError) as refused:
                await viewer.watch()
            assert (refused.value.status, refused.value.code) == (421, "SessionElsewhere")
        await viewer.close()
    assert await studio.leave() == 200
    await studio.close()


async def test_the_platforms_origin_refuses_as_the_node_does(
    platform: Platform, invite: Invite, http: aiohttp.ClientSession
) -> None:
    for origin in (platform.origin, platform.node_origin):
        for path, token, expected in (
            ("/whip/demo", await invite("viewer", role="viewer"), (403, "NotAllowed")),
            ("/whip/demo", "nonsense", (401, "TokenInvalid")),
            ("/whep/other", await invite("viewer"), (404, "MeetingNotFound")),
        ):
            one = WhipClient(f"{origin}{path}", token, http)
            with pytest.raises(WhipRefusedError) as refused:
                await (one.publish() if path.startswith("/whip") else one.watch())
            assert (refused.value.status, refused.value.code) == expected
            await one.close()


async def test_the_nodes_metrics_count_what_it_refused(
    platform: Platform, invite: Invite, http: aiohttp.ClientSession
) -> None:
    async def refused() -> float:
        async with http.get(f"{platform.node_origin}/metrics") as response:
            lines = (await response.text()).splitlines()
        counts = [line for line in lines if line.startswith('parley_sfu_refusals_total{code="UnsupportedMediaType"}')]
        return float(counts[0].split()[1]) if counts else 0.0

    before = await refused()
    headers = {"Authorization": f"Bearer {await invite('studio')}", "Content-Type": "text/plain"}
    async with http.post(f"{platform.node_origin}/whip/demo", data=b"x", headers=headers) as response:
        assert response.status == 415
    assert await refused() == before + 1
