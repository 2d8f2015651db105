"""People who sign in join meetings of their directory's tenant without a join link."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx
import jwt
import pytest

from function_app.bootstrap import STAFF_MEETING, BootstrapSettings, bootstrap
from local_azure.entra.server import EntraStandIn

from .support import FakeNode, Platform, Server, add_tenant, bearer, free_port, running_platform

CLIENT = "parley-client"
HOME = "https://meet.example"
CALLBACK = f"{HOME}/signed-in"


@dataclass
class World:
    platform: Platform
    entra: EntraStandIn
    server: Server
    directory: str

    @property
    def authority(self) -> str:
        return f"{self.server.origin}/{self.directory}"

    def id_token(self, directory: str | None = None, **claims: Any) -> str:
        """What signing in gives, with these claims instead of the usual ones."""
        of = directory or self.directory
        return self.entra.tokens.person(self.entra.issuer(of), of, CLIENT, "Ann", claims)

    async def exchange(self, token: str, meeting: str = STAFF_MEETING, **body: Any) -> httpx.Response:
        path = f"/meetings/{meeting}:exchangeToken"
        return await self.platform.http.post(path, json=body, headers=bearer(token))


@pytest.fixture
async def world(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The first tenant has a directory, and a meeting for its people. A parameter tightens the rate limits."""
    factor: float = getattr(request, "param", 1)
    port, directory = free_port(), str(uuid.uuid4())
    entra = EntraStandIn(f"http://127.0.0.1:{port}", {}, redirects=(HOME,))
    server = Server(entra.app, port)
    await server.start()
    authority = f"{server.origin}/{directory}/v2.0"
    chosen: dict[str, Any] = {"sign_in_authority": authority, "sign_in_client_id": CLIENT, "rate_limit_factor": factor}
    async with running_platform(tmp_path, **chosen) as platform:
        wanted = BootstrapSettings(tenant=platform.tenant, api_key=platform.api_key, directory=directory)
        await bootstrap(platform.settings, wanted)
        yield World(platform, entra, server, directory)
    await server.stop()


def failure(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@dataclass
class Browser:
    """Somebody's browser at the stand-in, with the secret that proves that it began."""

    http: httpx.AsyncClient
    authority: str
    verifier: str

    async def code(self, **changes: str) -> httpx.Response:
        challenge = urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": CLIENT,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile",
            "state": "a-state",
            "nonce": "a-nonce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        page = await self.http.get(f"{self.authority}/oauth2/v2.0/authorize", params=asked)
        if page.status_code != 200:
            return page
        return await self.http.post(f"{self.authority}/oauth2/v2.0/authorize", data={**asked, "name": "Zoë"})

    async def redeem(self, code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "redirect_uri": CALLBACK,
            "code": code,
            "code_verifier": self.verifier,
            **changes,
        }
        return await self.http.post(f"{self.authority}/oauth2/v2.0/token", data=form)


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient() as http:
        yield Browser(http, world.authority, secrets.token_urlsafe(32))


def told(answer: httpx.Response) -> dict[str, str]:
    """What the redirect back says."""
    assert answer.status_code == 302, answer.text
    return {name: value for name, [value] in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


@pytest.fixture
async def node(world: World, sockets: aiohttp.ClientSession) -> AsyncIterator[FakeNode]:
    running = FakeNode(world.platform, sockets)
    await running.start()
    yield running
    assert running.socket
    await running.socket.close()


async def test_somebody_signs_in_and_joins_without_a_link(world: World, browser: Browser, node: FakeNode) -> None:
    back = told(await browser.code())
    assert back["state"] == "a-state"
    tokens = (await browser.redeem(back["code"])).json()
    assert jwt.decode(tokens["id_token"], options={"verify_signature": False})["nonce"] == "a-nonce"
    issued = await world.exchange(tokens["id_token"], name="Somebody else")
    assert issued.status_code == 200, issued.text
    joined = await world.platform.try_join(issued.json()["token"])
    assert joined.json()["participant"]["name"] == "Zoë"
    assert joined.json()["participant"]["role"] == "presenter"
    [participant] = await world.platform.documents("participant", STAFF_MEETING)
    assert participant["user"].startswith("signedIn:")


async def test_a_code_is_good_once_and_for_who_began(browser: Browser) -> None:
    for changes in ({"code_verifier": "another"}, {"client_id": "another"}, {"redirect_uri": f"{HOME}/elsewhere"}):
        code = told(await browser.code())["code"]
        assert (await browser.redeem(code, **changes)).json()["error"] == "invalid_grant"
    code = told(await browser.code())["code"]
    assert [(await browser.redeem(code)).status_code for _ in range(2)] == [200, 400]


async def test_nobody_is_sent_elsewhere_with_a_code(browser: Browser) -> None:
    for url in ("https://evil.example/signed-in", f"{HOME}.evil.example/", "javascript:alert(1)", f"{HOME}/\r\nx: y"):
        assert (await browser.code(redirect_uri=url)).status_code == 400
    assert (await browser.code(code_challenge_method="plain")).status_code == 400
    assert told(await browser.code(prompt="none"))["error"] == "login_required"


async def test_the_client_is_told_where_people_sign_in(world: World) -> None:
    told_to = (await world.platform.http.get("/clientSettings")).json()
    assert told_to == {"signIn": {"authority": f"{world.authority}/v2.0", "clientId": CLIENT}}


async def test_where_nobody_signs_in_the_client_is_told_nothing(platform: Platform) -> None:
    assert (await platform.http.get("/clientSettings")).json() == {}
    token = EntraStandIn("http://127.0.0.1:1", {}).tokens.sign("http://127.0.0.1:1", "x", CLIENT, {"sub": "x"})
    answer = await platform.http.post("/meetings/demo:exchangeToken", json={}, headers=bearer(token))
    assert failure(answer) == (401, "TokenInvalid")


async def test_a_meeting_says_whether_and_as_what_people_may_come(world: World) -> None:
    assert failure(await world.exchange(world.id_token(), "demo")) == (403, "NotAllowed")
    assert failure(await world.exchange(world.id_token(), "no-such")) == (404, "MeetingNotFound")
    await world.platform.call("PATCH", "/meetings/demo", json={"settings": {"signedInRole": "viewer"}})
    token = (await world.exchange(world.id_token(), "demo")).json()["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["role"], claims["tenant"], claims["meeting"]) == ("viewer", world.platform.tenant, "demo")
    await world.platform.call("PATCH", "/meetings/demo", json={"settings": {"signedInRole": None}})
    assert failure(await world.exchange(world.id_token(), "demo")) == (403, "NotAllowed")


async def test_a_person_of_another_directory_finds_no_meeting(world: World) -> None:
    other = await add_tenant(world.platform)
    content = {"title": "Theirs", "settings": {"signedInRole": "attendee"}}
    await world.platform.http.put("/meetings/theirs", json=content, headers=other)
    assert failure(await world.exchange(world.id_token(), "theirs")) == (404, "MeetingNotFound")
    # The authority names one directory, so that tokens of all others are not of a trusted issuer.
    stranger = world.id_token(directory=str(uuid.uuid4()))
    assert failure(await world.exchange(stranger)) == (401, "TokenInvalid")


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another-client"}, {"scp": "openid"}, {"sub": None}, {"oid": "a b"}, {"exp": int(time.time()) - 61}],
    ids=["another audience", "an access token", "no subject", "a user that is none", "expired"],
)
async def test_only_an_id_token_for_this_client_counts(world: World, claims: dict[str, Any]) -> None:
    assert (await world.exchange(world.id_token(**claims))).status_code == 401


async def test_a_person_whose_directory_tells_no_name_gives_one(world: World) -> None:
    for claims, body, expected in (({"name": None}, {"name": "Ann"}, "Ann"), ({"name": "\u202e"}, {}, "Guest")):
        answer = await world.exchange(world.id_token(**claims), **body)
        assert jwt.decode(answer.json()["token"], options={"verify_signature": False})["name"] == expected


async def test_an_id_token_is_no_tenants_credential(world: World) -> None:
    assert (await world.platform.http.get("/meetings", headers=bearer(world.id_token()))).status_code == 401
    assert (await world.platform.try_join(world.id_token())).status_code == 401


async def test_who_has_been_banned_does_not_come_in_by_signing_in_again(world: World, node: FakeNode) -> None:
    joined = (await world.platform.try_join((await world.exchange(world.id_token())).json()["token"])).json()
    remove = f"/sessions/{joined['session']['id']}/participants/{joined['participant']['id']}:remove"
    assert (await world.platform.call("POST", remove, json={"ban": True})).status_code == 204
    assert failure(await world.exchange(world.id_token())) == (403, "ParticipantBanned")


async def test_who_was_taken_out_does_not_sign_in_to_the_same_session_again(world: World, node: FakeNode) -> None:
    joined = await world.platform.try_join((await world.exchange(world.id_token())).json()["token"])
    participant, session = joined.json()["participant"]["id"], joined.json()["session"]["id"]
    path = f"/sessions/{session}/participants/{participant}:remove"
    assert (await world.platform.call("POST", path)).status_code == 204
    assert failure(await world.exchange(world.id_token())) == (403, "ParticipantRemoved")
    assert (await world.platform.call("POST", f"/meetings/{STAFF_MEETING}:end")).status_code in (200, 204)
    assert (await world.exchange(world.id_token())).status_code == 200


@pytest.mark.parametrize("world", [0.02], indirect=True)
async def test_somebody_who_signs_in_is_charged_once_for_all_meetings(world: World) -> None:
    answers = [await world.exchange(world.id_token(), meeting) for meeting in ("first", "second")]
    assert [failure(answer) for answer in answers] == [(404, "MeetingNotFound"), (429, "TooManyRequests")]
