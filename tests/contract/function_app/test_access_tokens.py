"""Programs that call with access tokens of their tenant's directory, from a stand-in of Entra ID."""

from __future__ import annotations

import asyncio
import ssl
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from aiohttp import web
from azure.identity import ClientSecretCredential

from function_app.directories.documents import DirectoryOwner
from function_app.stores.directories import DirectoryStore
from function_app.tenants.directories import TenantDirectories
from local_azure.entra.server import EntraStandIn, RegisteredApplication
from tests.support.certificates import certificate

from .support import Platform, Server, add_tenant, bearer, free_port, running_platform

AUDIENCE = "2f6bd0c4-6a8f-4d57-9d39-0d6b1c9a7e55"
CLIENT = "7c0e6a9b-5b1d-4b0e-8a41-3f2d5e6c7b80"
SECRET = "a-client-secret"


@dataclass
class World:
    platform: Platform
    entra: EntraStandIn
    server: Server
    directory: str

    def token(self, role: str | None = "Parley.Admin", directory: str | None = None, **claims: Any) -> str:
        """An access token for a program, with these claims instead of the usual ones."""
        of = directory or self.directory
        usual = {"azp": CLIENT, "sub": CLIENT, "roles": [role] if role else []}
        return self.entra.tokens.sign(self.entra.issuer(of), of, AUDIENCE, {**usual, **claims})

    async def call(self, method: str, path: str, token: str, **more: Any) -> httpx.Response:
        return await self.platform.http.request(method, path, headers=bearer(token), **more)

    async def code(self, token: str, path: str = "/meetings") -> tuple[int, str]:
        answer = await self.call("GET", path, token)
        return answer.status_code, answer.json()["error"]["code"]

    async def link(self, headers: dict[str, str] | None = None, **change: Any) -> httpx.Response:
        """Makes the directory the tenant's."""
        body = {"entraTenantId": self.directory, "entraProof": self.token(), **change}
        return await self.platform.http.patch("/tenants/me", json=body, headers=headers or self.platform.key_header)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    port = free_port()
    application = RegisteredApplication(SECRET, ("Parley.Meetings",))
    entra = EntraStandIn(f"http://127.0.0.1:{port}", {CLIENT: application})
    server = Server(entra.app, port)
    await server.start()
    authority = f"{server.origin}/organizations/v2.0"
    async with running_platform(tmp_path, entra_authority=authority, entra_audience=AUDIENCE) as platform:
        yield World(platform, entra, server, str(uuid.uuid4()))
    await server.stop()


@pytest.fixture
async def linked(world: World) -> World:
    assert (await world.link()).status_code == 200
    return world


@pytest.fixture
async def token_of_a_library(linked: World, tmp_path: Path) -> AsyncIterator[str]:
    """An access token that Microsoft's library got by client credentials, which it asks for over TLS only."""
    chain = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    runner = web.AppRunner(linked.entra.app(), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        with ClientSecretCredential(
            linked.directory,
            CLIENT,
            SECRET,
            authority=f"https://127.0.0.1:{runner.addresses[0][1]}",
            disable_instance_discovery=True,
            connection_verify=str(chain),
        ) as credential:
            token = await asyncio.to_thread(credential.get_token, f"api://{AUDIENCE}/.default")
        yield token.token
    finally:
        await runner.cleanup()


async def test_a_program_calls_with_the_token_that_microsofts_library_gets(
    linked: World, token_of_a_library: str
) -> None:
    made = await linked.call("PUT", "/meetings/from-a-program", token_of_a_library, json={"title": "Booked"})
    assert made.status_code == 201
    assert (await linked.platform.call("GET", "/meetings/from-a-program")).json()["title"] == "Booked"
    [entry] = (await linked.platform.call("GET", "/tenants/me/auditLog?maxpagesize=1")).json()["value"]
    assert entry["actor"] == {"kind": "application", "id": CLIENT}


async def test_the_app_role_says_what_the_program_may_do(linked: World) -> None:
    assert (await linked.call("GET", "/tenants/me", linked.token("Parley.Admin"))).status_code == 200
    assert (await linked.call("GET", "/meetings", linked.token("Parley.Meetings"))).status_code == 200
    assert await linked.code(linked.token("Parley.Meetings"), "/tenants/me") == (403, "NotAllowed")
    assert await linked.code(linked.token(None)) == (403, "NotAllowed")
    assert await linked.code(linked.token("parley.admin")) == (403, "NotAllowed")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-api"},
        {"aud": [AUDIENCE, "another-api"]},
        {"aud": None},
        {"iss": "https://login.example/5f1c7a52-3d0e-4c61-9b57-0a2c6d0e8f11/v2.0"},
        {"tid": "2a0f6f0e-6a53-4a57-9d7e-0c8f4c1c7b11"},
        {"scp": "Meetings.ReadWrite"},
        {"idtyp": "user"},
        {"azp": "not-an-id"},
        {"roles": "Parley.Admin"},
        {"nbf": 2**40},
        {"exp": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_is_refused(linked: World, claims: dict[str, Any]) -> None:
    assert await linked.code(linked.token(**claims)) == (401, "TokenInvalid")


async def test_clocks_may_differ_by_a_minute(linked: World) -> None:
    now = int(time.time())
    assert (await linked.call("GET", "/meetings", linked.token(exp=now - 40))).status_code == 200
    assert (await linked.call("GET", "/meetings", linked.token(nbf=now + 40, iat=now + 40))).status_code == 200
    assert await linked.code(linked.token(exp=now - 61)) == (401, "TokenExpired")


async def test_a_token_that_somebody_else_signed_is_refused(linked: World) -> None:
    genuine = linked.token()
    kid = jwt.get_unverified_header(genuine)["kid"]
    other = EntraStandIn(linked.server.origin, {})
    claims = jwt.decode(genuine, options={"verify_signature": False})
    forged = other.tokens.sign(claims["iss"], linked.directory, AUDIENCE, claims)
    header, payload, _ = genuine.split(".")
    symmetric = jwt.encode(claims, "x" * 64, "HS256", headers={"kid": kid})
    for token in (forged, f"{header}.{payload}.{forged.split('.')[2]}", symmetric, f"{header}.{payload}."):
        assert (await linked.call("GET", "/meetings", token)).status_code == 401


async def test_a_key_of_one_directory_signs_for_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entra ID publishes the keys of all directories together, and says of some whose they are."""
    publish, another = world.entra.tokens.key_set, world.entra.issuer(str(uuid.uuid4()))
    monkeypatch.setattr(world.entra.tokens, "key_set", lambda _: publish(another))
    assert await world.code(world.token()) == (401, "TokenInvalid")


async def test_an_unknown_directory_is_no_tenants(linked: World) -> None:
    assert await linked.code(linked.token(directory=str(uuid.uuid4()))) == (401, "Unauthorized")


async def test_while_the_issuer_is_down_its_known_keys_go_on(linked: World) -> None:
    await linked.server.stop()
    assert (await linked.call("GET", "/meetings", linked.token())).status_code == 200


async def test_while_nothing_is_known_of_the_issuer_the_caller_is_told_to_wait(world: World) -> None:
    token = world.token()
    await world.server.stop()
    answer = await world.call("GET", "/meetings", token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "IssuerUnavailable")
    assert answer.headers["Retry-After"]


async def test_where_no_access_tokens_are_taken_none_holds(platform: Platform) -> None:
    token = EntraStandIn("http://127.0.0.1:1", {}).tokens.sign("http://127.0.0.1:1", "x", AUDIENCE, {"sub": "x"})
    assert (await platform.http.get("/meetings", headers=bearer(token))).status_code == 401
    change = {"entraTenantId": str(uuid.uuid4()), "entraProof": token}
    answer = await platform.call("PATCH", "/tenants/me", json=change)
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, "/entraTenantId")


async def test_a_directory_is_linked_only_with_its_administrators_consent(world: World) -> None:
    stranger = world.token(directory=str(uuid.uuid4()))
    for proof in (None, "", "no token", stranger, world.token("Parley.Meetings"), world.token(exp=0)):
        answer = await world.link(entraProof=proof)
        assert (answer.status_code, answer.json()["error"]["target"]) == (400, "/entraProof")
    assert (await world.code(world.token()))[0] == 401


async def test_a_directory_belongs_to_one_tenant_at_most(linked: World) -> None:
    other = await add_tenant(linked.platform)
    answer = await linked.link(other)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "DirectoryTaken")
    assert "entraTenantId" not in (await linked.platform.http.get("/tenants/me", headers=other)).json()
    assert (await linked.platform.call("PATCH", "/tenants/me", json={"entraTenantId": None})).status_code == 200
    assert (await linked.code(linked.token()))[0] == 401
    assert (await linked.link(other)).status_code == 200
    [tenant] = {(await linked.call("GET", "/tenants/me", linked.token())).json()["name"]}
    assert tenant == "Other"


async def test_two_tenants_at_once_do_not_both_get_it(world: World) -> None:
    other = await add_tenant(world.platform)
    answers = await asyncio.gather(world.link(), world.link(other))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_link_that_was_only_half_made_is_none_and_can_be_made_by_whoever_has_the_proof(world: World) -> None:
    store = DirectoryStore(world.platform.store.container("tenants"))
    await store.create(DirectoryOwner.of(world.directory, world.platform.tenant))
    assert await world.code(world.token()) == (401, "Unauthorized")
    other = await add_tenant(world.platform)
    assert (await world.link(other, entraProof=None)).status_code == 400
    assert (await world.link(other)).status_code == 200
    assert (await world.link()).status_code == 409
    assert (await world.call("GET", "/tenants/me", world.token())).json()["name"] == "Other"


async def test_two_changes_of_the_directory_at_once_leave_none_that_belongs_to_a_tenant_without_it(
    world: World,
) -> None:
    directories = [str(uuid.uuid4()) for _ in range(3)]
    changes: list[dict[str, Any]] = [
        {"entraTenantId": one, "entraProof": world.token(directory=one)} for one in directories
    ]
    answers = await asyncio.gather(*(world.link(**change) for change in changes))
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    kept = (await world.platform.call("GET", "/tenants/me")).json()["entraTenantId"]
    other = await add_tenant(world.platform)
    statuses = [(await world.link(other, **change)).status_code for change in changes]
    assert statuses == [409 if one == kept else 200 for one in directories]
    assert (await world.call("GET", "/meetings", world.token(directory=kept))).status_code == 200


async def test_whoever_is_overtaken_between_claim_and_confirmation_does_not_keep_the_directory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await add_tenant(world.platform)
    confirm = TenantDirectories.confirm

    async def overtaken(directories: TenantDirectories, tenant: str, directory: str) -> None:
        if tenant == world.platform.tenant:
            store = DirectoryStore(world.platform.store.container("tenants"))
            owner = await store.find(directory)
            assert owner
            await store.replace(
                owner.owned_by((await world.platform.http.get("/tenants/me", headers=other)).json()["id"])
            )
        await confirm(directories, tenant, directory)

    monkeypatch.setattr(TenantDirectories, "confirm", overtaken)
    assert (await world.link()).json()["error"]["code"] == "DirectoryTaken"
    assert "entraTenantId" not in (await world.platform.call("GET", "/tenants/me")).json()
    assert (await world.link(other)).status_code == 200


async def test_a_tenant_may_take_another_directory(linked: World) -> None:
    former, token = linked.directory, linked.token()
    linked.directory = str(uuid.uuid4())
    answer = await linked.link()
    assert answer.json()["entraTenantId"] == linked.directory != former
    assert (await linked.code(token))[0] == 401
    assert (await linked.call("GET", "/meetings", linked.token())).status_code == 200
    other = await add_tenant(linked.platform)
    linked.directory = former
    assert (await linked.link(other)).status_code == 200


async def test_other_changes_leave_the_link_and_a_wrong_version_changes_nothing(linked: World) -> None:
    assert (await linked.platform.call("PATCH", "/tenants/me", json={"name": "Contoso"})).status_code == 200
    headers = {**linked.platform.key_header, "If-Match": '"another"'}
    assert (await linked.link(headers, entraTenantId=None)).status_code == 412
    assert (await linked.call("GET", "/meetings", linked.token())).status_code == 200
