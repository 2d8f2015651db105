"""Making an empty laptop ready, as often as it is started."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from function_app.bootstrap import BootstrapSettings, bootstrap
from function_app.tenants.api_keys import ApiKey
from parley_protocol.ids import new_id

from .support import PEPPER, Platform, bearer

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


async def test_the_command_takes_everything_from_the_environment(platform: Platform) -> None:
    settings, tenant = platform.settings, new_id("ten")
    assert settings.cosmos_key
    environment = {
        "PARLEY_ENVIRONMENT": "local",
        "PARLEY_PUBLIC_URL": settings.public_url,
        "PARLEY_COSMOS_ENDPOINT": settings.cosmos_endpoint,
        "PARLEY_COSMOS_KEY": settings.cosmos_key.get_secret_value(),
        "PARLEY_WEBPUBSUB_ENDPOINT": settings.webpubsub_endpoint,
        "PARLEY_SIGNING_KEY_FILE": str(settings.signing_key_file),
        "PARLEY_API_KEY_PEPPER": settings.api_key_pepper.get_secret_value(),
        "PARLEY_BOOTSTRAP_TENANT": tenant,
        "PARLEY_BOOTSTRAP_API_KEY": ApiKey.generate(tenant, PEPPER.encode()).text,
    }
    assert await run(environment) == (0, "ready\n")
    answer = await platform.http.get("/meetings/demo", headers=bearer(environment["PARLEY_BOOTSTRAP_API_KEY"]))
    assert answer.json()["title"] == "Demo meeting"


async def test_the_command_says_what_is_missing() -> None:
    code, output = await run({})
    assert code == 1
    assert "public_url" in output
    assert "Traceback" not in output
