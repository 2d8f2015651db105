"""The HTTP surface at its edges: who may call it, what it refuses, and how it says so."""

import asyncio
import io
import time
from typing import Any

import aiohttp
import jwt
import pytest
from yarl import URL

from local_azure.webpubsub import Limits

from .support import HUB, JSON, KEY, Emulator, running_emulator

OTHER_KEY = "another key, just as long as the right one"


async def test_health_answers_without_a_token(emulator: Emulator) -> None:
    async with emulator.http.get(f"{emulator.origin}/_emulator/health") as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x.y.z", f"Basic {KEY}", "Bearer " + "W1tb" * 1500],
)
async def test_a_rest_call_without_a_proper_token_is_401(emulator: Emulator, authorization: str) -> None:
    url = f"{emulator.origin}/api/hubs/{HUB}/:send"
    async with emulator.http.post(url, json="x", headers={"Authorization": authorization}) as response:
        assert response.status == 401
        assert (await response.json())["code"] == "Unauthorized"
        assert response.headers["x-ms-error-code"] == "Unauthorized"


async def test_a_rest_token_of_another_key_is_401(emulator: Emulator) -> None:
    status, _ = await emulator.rest("POST", ":send", json="x", key=OTHER_KEY)
    assert status == 401


def encoded(claims: dict[str, Any], algorithm: str = "HS256") -> str:
    return jwt.encode(claims, "" if algorithm == "none" else KEY, algorithm=algorithm)


@pytest.mark.parametrize(
    ("claims", "algorithm"),
    [
        ({"exp": -1}, "HS256"),
        ({"exp": None}, "HS256"),
        ({"aud": None}, "HS256"),
        ({"aud": 5}, "HS256"),
        ({"aud": "http://[bad/"}, "HS256"),
        ({"aud": "{origin}/client/hubs/other"}, "HS256"),
        ({"aud": "http://elsewhere.test/client/hubs/meetings"}, "HS256"),
        ({"sub": 5}, "HS256"),
        ({"role": {"a": 1}}, "HS256"),
        ({"webpubsub.group": [1]}, "HS256"),
        ({}, "none"),
    ],
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_client_token_that_is_not_valid_for_the_hub_is_401(
    emulator: Emulator, claims: dict[str, Any], algorithm: str
) -> None:
    whole = {"aud": "{origin}/client/hubs/meetings", "exp": 60, "sub": "ann", **claims}
    whole = {name: value for name, value in whole.items() if value is not None}
    if "exp" in whole:
        whole["exp"] += int(time.time())
    if isinstance(whole.get("aud"), str):
        whole["aud"] = whole["aud"].replace("{origin}", emulator.origin)
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await emulator.dial(emulator.url(access_token=encoded(whole, algorithm)))
    assert caught.value.status == 401


async def test_a_client_without_a_token_is_401(emulator: Emulator) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await emulator.dial(emulator.url())
    assert caught.value.status == 401


async def test_a_client_token_may_come_in_the_authorization_header(emulator: Emulator) -> None:
    headers = {"Authorization": f"Bearer {emulator.token(sub='ann')}"}
    client = await emulator.dial(emulator.url(), JSON, headers=headers)
    assert (await client.receive())["userId"] == "ann"


async def test_a_client_token_may_name_the_public_origin(emulator: Emulator) -> None:
    token = emulator.token(sub="ann", aud=f"http://signalling.test/client/hubs/{HUB}")
    client = await emulator.dial(emulator.url(access_token=token))
    assert (await client.receive())["userId"] == "ann"


async def test_a_request_that_is_no_websocket_is_400(emulator: Emulator) -> None:
    async with emulator.http.get(emulator.url(access_token=emulator.token(sub="ann"))) as response:
        assert response.status == 400
        assert (await response.json())["code"] == "WebSocketExpected"


async def test_a_protobuf_client_is_told_that_it_cannot_be_served(emulator: Emulator) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await emulator.dial(emulator.url(access_token=emulator.token(sub="ann")), "protobuf.webpubsub.azure.v1")
    assert caught.value.status == 400


@pytest.mark.parametrize("hub", ["9lives", "a-b", "a" * 129])
async def test_a_hub_name_out_of_the_rules_is_400(emulator: Emulator, hub: str) -> None:
    status, body = await emulator.rest("POST", ":send", hub=hub, json="x")
    assert (status, body["code"]) == (400, "InvalidHubName")


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("POST", ":send", {"data": io.BytesIO(b"x" * (1024 * 1024 + 1))}, 413, "PayloadTooLarge"),
        ("POST", ":send", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "InvalidBody"),
        ("POST", ":send", {"data": b"\xff", "headers": {"Content-Type": "text/plain"}}, 400, "InvalidBody"),
        ("POST", ":send", {"data": b"x", "headers": {"Content-Type": "image/png"}}, 415, "UnsupportedMediaType"),
        ("POST", ":send", {"json": 1, "params": {"filter": "userId eq 'a'"}}, 400, "UnsupportedFilter"),
        ("POST", "groups/g/:send", {"json": 1, "params": {"filter": "x"}}, 400, "UnsupportedFilter"),
        ("POST", ":addToGroups", {"json": {"groups": ["g"], "filter": "x"}}, 400, "UnsupportedFilter"),
        ("POST", ":send", {"json": 1, "params": {"messageTtlSeconds": "301"}}, 400, "InvalidParameter"),
        ("POST", ":send", {"json": 1, "params": {"api-version": "1999-01-01"}}, 400, "UnsupportedApiVersion"),
        ("POST", f"groups/{'g' * 1025}/:send", {"json": 1}, 400, "InvalidGroupName"),
        ("GET", "groups/g/connections", {"params": {"top": "many"}}, 400, "InvalidParameter"),
        ("GET", "groups/g/connections", {"params": {"maxpagesize": "0"}}, 400, "InvalidParameter"),
        ("GET", "groups/g/connections", {"params": {"maxpagesize": "201"}}, 400, "InvalidParameter"),
        ("PUT", "permissions/fly/connections/c", {}, 404, "ConnectionNotFound"),
        ("PUT", "groups/g/connections/nobody", {}, 404, "ConnectionNotFound"),
        ("POST", ":generateToken", {"params": {"clientType": "mqtt"}}, 400, "UnsupportedClientType"),
        ("POST", ":generateToken", {"params": {"minutesToExpire": "-1"}}, 400, "InvalidParameter"),
    ],
)
async def test_a_request_out_of_the_rules_is_a_coded_error(
    emulator: Emulator, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    got_status, body = await emulator.rest(method, path, **options)
    assert (got_status, body["code"]) == (status, code)
    assert body["message"]


async def test_an_unknown_permission_is_a_coded_error(emulator: Emulator) -> None:
    _, connected = await emulator.open()
    status, body = await emulator.rest("PUT", f"permissions/fly/connections/{connected['connectionId']}")
    assert (status, body["code"]) == (400, "InvalidPermission")


async def test_a_body_of_exactly_the_limit_is_delivered(emulator: Emulator) -> None:
    client, _ = await emulator.open()
    text = "x" * (1024 * 1024)
    status, _ = await emulator.rest("POST", ":send", data=text, headers={"Content-Type": "text/plain"})
    assert status == 202
    assert (await client.receive())["data"] == text


async def test_members_come_in_pages_that_lead_to_each_other(emulator: Emulator) -> None:
    clients = [await emulator.open(f"u{number}", groups=("room",)) for number in range(5)]
    _, page = await emulator.rest("GET", "groups/room/connections", params={"maxpagesize": "2", "top": "4"})
    found = list(page["value"])
    while "nextLink" in page:
        path, _, query = page["nextLink"].partition("?")
        params = dict(part.split("=") for part in query.split("&"))
        _, page = await emulator.rest("GET", path.partition(f"/{HUB}/")[2], params=params)
        found += page["value"]
    ids = [member["connectionId"] for member in found]
    assert len(set(ids)) == 4
    assert set(ids) <= {connected["connectionId"] for _, connected in clients}


async def test_names_may_hold_slashes_and_spaces(emulator: Emulator) -> None:
    client, connected = await emulator.open("a/b c", groups=("x/y z",))
    for path in ("users/a%2Fb%20c/:send", "groups/x%2Fy%20z/:send"):
        url = URL(f"{emulator.origin}/api/hubs/{HUB}/{path}", encoded=True)
        token = encoded({"aud": str(url), "exp": int(time.time()) + 60})
        async with emulator.http.post(url, json="x", headers={"Authorization": f"Bearer {token}"}) as response:
            assert response.status == 202
        assert (await client.receive())["data"] == "x"
    assert connected["userId"] == "a/b c"


async def test_a_connection_too_many_is_429_until_one_leaves() -> None:
    async with running_emulator(Limits(connections=1)) as emulator:
        first, connected = await emulator.open()
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await emulator.open()
        assert caught.value.status == 429
        await first.socket.close()
        await emulator.rest("DELETE", f"connections/{connected['connectionId']}")
        await emulator.open()


async def test_every_client_is_told_when_the_service_shuts_down() -> None:
    async with running_emulator() as emulator:
        client, _ = await emulator.open()
        farewell = asyncio.create_task(client.closed())
    code, reason = await farewell
    assert (code, reason) == (1001, "The service is shutting down.")
