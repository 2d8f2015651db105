"""Making an empty laptop ready, as often as it is started."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from function_app.api.application import create_api
from function_app.bootstrap import BootstrapSettings, bootstrap
from function_app.config import Settings
from function_app.connections import open_cosmos
from function_app.process import Process
from function_app.stores.tenants import TenantStore
from function_app.tenants.api_keys import ApiKey
from parley_protocol.ids import new_id

from .support import PEPPER, PUBLIC_URL, Platform, bearer

ROOT = Path(__file__).parents[3]


async def test_a_second_start_keeps_what_is_there(platform: Platform) -> None:
    await platform.put_meeting("demo", "Renamed")
    wanted = BootstrapSettings(tenant=platform.tenant, api_key=platform.api_key)
    await bootstrap(platform.settings, wanted)
    assert (await platform.call("GET", "/meetings/demo")).json()["title"] == "Renamed"


async def test_the_tenants_webhook_follows_the_given_url_and_is_otherwise_left_alone(platform: Platform) -> None:
    settings = platform.settings.model_copy(update={"webhooks_to_private_addresses": True})
    etags = []
    for url in ("http://localhost:1/inbox", "http://localhost:1/inbox", "http://localhost:2/inbox"):
        wanted = BootstrapSettings(tenant=platform.tenant, api_key=platform.api_key, webhook_url=url)
        await bootstrap(settings, wanted)
        [webhook] = (await platform.call("GET", "/webhooks")).json()["value"]
        assert (webhook["id"], webhook["url"]) == ("inbox", url)
        etags.append(webhook["etag"])
    assert etags[0] == etags[1] != etags[2]


async def test_a_new_key_replaces_the_older_of_two(platform: Platform) -> None:
    keys = [ApiKey.generate(platform.tenant, PEPPER.encode()).text for _ in range(2)]
    for key in keys:
        await bootstrap(platform.settings, BootstrapSettings(tenant=platform.tenant, api_key=key))
    for key in keys:
        assert (await platform.http.get("/meetings", headers=bearer(key))).status_code == 200
    assert (await platform.http.get("/meetings", headers=platform.key_header)).status_code == 401


async def test_a_key_of_another_tenant_is_refused(platform: Platform) -> None:
    wanted = BootstrapSettings(tenant=platform.tenant, api_key=ApiKey.generate(new_id("ten"), PEPPER.encode()).text)
    with pytest.raises(ValueError, match="PARLEY_BOOTSTRAP_API_KEY"):
        await bootstrap(platform.settings, wanted)


async def test_a_key_that_was_made_up_is_refused(platform: Platform) -> None:
    made_up = ApiKey.generate(platform.tenant, b"a guess").text
    with pytest.raises(ValueError, match="PARLEY_BOOTSTRAP_API_KEY"):
        await bootstrap(platform.settings, BootstrapSettings(tenant=platform.tenant, api_key=made_up))


@pytest.fixture
def empty(platform: Platform) -> Settings:
    """The settings of an installation without a tenant."""
    return platform.settings.model_copy(update={"cosmos_database": "empty"})


async def test_the_first_tenant_gets_a_key_that_is_told_once(empty: Settings) -> None:
    key = await bootstrap(empty, BootstrapSettings(name="Contoso"))
    assert key
    assert await bootstrap(empty, BootstrapSettings(name="Contoso")) is None
    process = Process(lambda: empty)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_api(process)), base_url=PUBLIC_URL) as http:
        tenant = (await http.get("/tenants/me", headers=bearer(key.text))).json()
    await process.close()
    assert (tenant["id"], tenant["name"]) == (key.tenant, "Contoso")


async def test_of_several_at_once_one_makes_the_first_tenant(empty: Settings) -> None:
    cosmos = open_cosmos(empty)
    made = [key for key in await asyncio.gather(*(bootstrap(empty, BootstrapSettings()) for _ in range(5))) if key]
    assert len(made) == 1
    assert await TenantStore(cosmos.container("tenants")).ids() == [made[0].tenant]
    await cosmos.close()


async def test_a_first_tenant_that_was_only_half_made_is_made(empty: Settings) -> None:
    half = new_id("ten")
    await bootstrap(empty, BootstrapSettings(tenant=(other := new_id("ten")), api_key=new_key(other)))
    cosmos = open_cosmos(empty)
    container = cosmos.container("tenants")
    await TenantStore(container).first(half)
    [tenant] = [await container.read(other, other)]
    assert tenant
    await container.batch(other, [("delete", (other,), {"if_match_etag": tenant["_etag"]})])
    await cosmos.close()
    key = await bootstrap(empty, BootstrapSettings())
    assert key
    assert key.tenant == half


async def test_a_laptop_gets_a_second_tenant_which_sees_nothing_of_the_first(platform: Platform) -> None:
    second = new_key(new_id("ten"))
    wanted = BootstrapSettings(tenant=platform.tenant, api_key=platform.api_key, second_api_key=second)
    for _ in range(2):
        await bootstrap(platform.settings, wanted)
    listed = (await platform.http.get("/meetings", headers=bearer(second))).json()["value"]
    assert [meeting["id"] for meeting in listed] == ["second"]
    assert (await platform.http.get("/meetings/demo", headers=bearer(second))).status_code == 404


def new_key(tenant: str) -> str:
    return ApiKey.generate(tenant, PEPPER.encode()).text


async def run(environment: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "function_app.bootstrap",
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


def environment_of(settings: Settings) -> dict[str, str]:
    assert settings.cosmos_key
    return {
        "PARLEY_ENVIRONMENT": "local",
        "PARLEY_PUBLIC_URL": settings.public_url,
        "PARLEY_COSMOS_ENDPOINT": settings.cosmos_endpoint,
        "PARLEY_COSMOS_KEY": settings.cosmos_key.get_secret_value(),
        "PARLEY_WEBPUBSUB_ENDPOINT": settings.webpubsub_endpoint,
        "PARLEY_SIGNING_KEY_FILE": str(settings.signing_key_file),
        "PARLEY_API_KEY_PEPPER": settings.api_key_pepper.get_secret_value(),
    }


async def test_the_command_takes_everything_from_the_environment(platform: Platform) -> None:
    tenant = new_id("ten")
    environment = environment_of(platform.settings) | {
        "PARLEY_BOOTSTRAP_TENANT": tenant,
        "PARLEY_BOOTSTRAP_API_KEY": ApiKey.generate(tenant, PEPPER.encode()).text,
    }
    assert await run(environment) == (0, "ready\n")
    answer = await platform.http.get("/meetings/demo", headers=bearer(environment["PARLEY_BOOTSTRAP_API_KEY"]))
    assert answer.json()["title"] == "Demo meeting"


async def test_the_command_prints_the_first_tenants_key(empty: Settings) -> None:
    environment = environment_of(empty) | {"PARLEY_COSMOS_DATABASE": "empty"}
    code, output = await run(environment)
    assert code == 0, output
    [tenant, key, *_] = [line.split()[-1] for line in output.splitlines()]
    parsed = ApiKey.parse(key)
    assert parsed
    assert parsed.tenant == tenant
    assert await run(environment) == (0, "ready\n")


async def test_the_command_says_what_is_missing() -> None:
    code, output = await run({})
    assert code == 1
    assert "public_url" in output
    assert "Traceback" not in output
