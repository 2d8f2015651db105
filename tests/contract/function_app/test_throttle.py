"""Requests are limited by whose they are, on every route, and the answers tell how much is left."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from function_app.api.application import create_api

from .support import FakeNode, Platform, add_tenant, bearer, running_platform

PROBES = {"/healthz", "/readyz"}
TIGHT = 0.01
"""One hundredth of every limit: an address may ask once, an API key ten times."""


@pytest.fixture
async def tight(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, rate_limit_factor=TIGHT) as running:
        yield running


def routes(platform: Platform) -> list[tuple[str, str]]:
    """Every route of the application, with ids in the path."""
    found = []
    for route in iter_route_contexts(create_api(platform.process).routes):
        path = re.sub(r"\{(\w+)\}", "demo", route.path or "")
        found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def charged(answer: httpx.Response) -> set[str]:
    """The names of the limits that the answer tells of."""
    return set(re.findall(r'"(\w+)";r=\d+;t=\d+', answer.headers.get("RateLimit", "")))


async def test_every_route_is_charged_to_somebody(platform: Platform) -> None:
    found = routes(platform)
    assert len(found) > 20
    for method, path in found:
        answer = await platform.http.request(method, path)
        expected = set() if path in PROBES else {"address"}
        assert charged(answer) == expected, f"{method} {path}"


async def test_a_route_that_asks_for_an_api_key_charges_its_tenant(platform: Platform) -> None:
    answer = await platform.call("GET", "/meetings")
    assert charged(answer) == {"tenant", "credential"}
    assert answer.headers["RateLimit-Policy"] == '"tenant";q=2000;w=10, "credential";q=1000;w=10'


async def test_a_person_is_charged_in_its_meeting(platform: Platform) -> None:
    token = await platform.token("ann")
    answer = await platform.http.get("/meetings/demo/messages", headers=bearer(token))
    assert answer.status_code == 200
    assert charged(answer) == {"people", "person"}


async def test_a_node_is_charged(platform: Platform, node: FakeNode) -> None:
    path = f"/internal/nodes/{node.id}"
    answer = await platform.http.put(path, json=node.report(), headers=bearer(node.token()))
    assert charged(answer) == {"node"}


async def test_a_tenant_that_asks_too_often_is_told_when_to_come_back(tight: Platform) -> None:
    answers = [await tight.call("GET", "/meetings/demo") for _ in range(12)]
    assert answers[0].status_code == 200
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == refused.headers["x-ms-error-code"] == "TooManyRequests"
    assert int(refused.headers["Retry-After"]) >= 1
    assert '"credential";r=0;' in refused.headers["RateLimit"]
    assert refused.headers["x-ms-request-id"]


async def test_one_tenant_does_not_slow_another(tight: Platform) -> None:
    other = await add_tenant(tight)
    for _ in range(12):
        await tight.call("GET", "/meetings")
    assert (await tight.call("GET", "/meetings")).status_code == 429
    assert (await tight.http.get("/meetings", headers=other)).status_code == 200


async def test_made_up_credentials_are_charged_to_their_address_and_stop_nobody(tight: Platform) -> None:
    answers = [await tight.http.get("/meetings", headers=bearer(f"made-up-{number}")) for number in range(3)]
    assert [answer.status_code for answer in answers] == [401, 429, 429]
    assert answers[-1].json()["error"]["code"] == "TooManyRequests"
    assert (await tight.call("GET", "/meetings/demo")).status_code == 200


async def test_who_shows_no_credential_is_refused_before_anything_is_done(tight: Platform) -> None:
    assert (await tight.http.get("/.well-known/jwks.json")).status_code == 200
    refused = await tight.http.get("/.well-known/jwks.json")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "10"


async def test_probes_are_never_refused(tight: Platform) -> None:
    assert {(await tight.http.get("/healthz")).status_code for _ in range(20)} == {200}


async def test_addresses_are_told_apart_as_the_trusted_proxy_saw_them(tight: Platform) -> None:
    async def ask(forwarded: str) -> int:
        return (await tight.http.get("/docs", headers={"X-Forwarded-For": forwarded})).status_code

    assert await ask("198.51.100.1:4242") == 200
    assert await ask("203.0.113.9, 198.51.100.1:4243") == 429  # What is left of it anybody can write.
    assert await ask("198.51.100.2") == 200
    assert await ask("[2001:db8::1]:443") == 200
    assert await ask("2001:db8::2") == 429
    assert await ask("2001:db8:0:1::2") == 200


async def test_limits_are_shared_by_all_instances(tmp_path: Path, redis_url: str) -> None:
    async with running_platform(tmp_path, rate_limit_factor=TIGHT, redis_url=redis_url) as platform:
        for _ in range(12):
            await platform.call("GET", "/meetings/demo")
        transport = httpx.ASGITransport(create_api(platform.process))
        async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as other:
            assert (await other.get("/meetings/demo", headers=platform.key_header)).status_code == 429


async def test_an_outage_of_redis_stops_nobody(tmp_path: Path) -> None:
    async with running_platform(tmp_path, redis_url=f"unix://{tmp_path}/nobody") as platform:
        assert (await platform.call("GET", "/meetings/demo")).status_code == 200
