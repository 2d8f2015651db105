"""One origin: the client's files, and everything else to the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from local_azure.functions_host.front_door import FrontDoor, is_this_machine
from local_azure.functions_host.pages import ClientPages
from local_azure.functions_host.settings import HostConfigurationError

UNKNOWN = {"/missing": b"NotFound", "/meetings/missing": b"MeetingNotFound"}


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers every request with the path that it was asked for, and some with an error."""
    headers = [(b"x-answered-by", b"api")]
    if code := UNKNOWN.get(scope["path"]):
        headers.append((b"x-ms-error-code", code))
    await send({"type": "http.response.start", "status": 404 if code else 200, "headers": headers})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


class Background:
    def __init__(self) -> None:
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("started")

    async def stop(self) -> None:
        self.log.append("stopped")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Parley</title>")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "index-a1b2c3.js").write_text("export {}")
    (folder / "assets" / "index-d4e5f6.css").write_text("p {}")
    (folder / "docs-assets").mkdir()
    (folder / "docs-assets" / "start.js").write_text("start()")
    (tmp_path / "secrets.json").write_text("not for strangers")
    return folder


@pytest.fixture
async def browser(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    door = FrontDoor(api, ClientPages(dist, "http://127.0.0.1:8082"), Background())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://localhost:8080") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/m/demo", "/m/demo?name=Ann&autojoin=1", "/m/a/b"])
async def test_every_route_that_the_client_draws_is_its_page(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>Parley</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_page_may_only_talk_to_its_origin_and_to_signalling(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/m/demo")).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self' ws://127.0.0.1:8082;" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/assets/index-a1b2c3.js", "text/javascript"), ("/assets/index-d4e5f6.css", "text/css")],
)
async def test_hashed_files_are_kept_for_ever(browser: httpx.AsyncClient, path: str, kind: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("path", "kind"), [("/icon.svg", "image/svg+xml"), ("/docs-assets/start.js", "text/javascript")]
)
async def test_a_file_with_a_lasting_name_is_asked_for_again(browser: httpx.AsyncClient, path: str, kind: str) -> None:
    answer = await browser.get(path)
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["cache-control"] == "no-cache"
    again = await browser.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_missing_asset_is_not_found_and_not_kept(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/index-gone.js")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/meetings/demo", "/healthz", "/openapi.json", "/mm", "/assets", "/dist"])
async def test_everything_else_goes_to_the_api(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.headers["x-answered-by"], answer.text) == ("api", path)


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_a_person_at_an_address_where_nothing_is_gets_the_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/missing", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<title>Parley</title>" in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/missing", {"Accept": "application/json"}),
        ("POST", "/missing", BROWSER),
        ("GET", "/meetings/missing", BROWSER),
        ("GET", "/healthz", BROWSER),
    ],
)
async def test_every_other_answer_of_the_api_stays_as_it_is(
    browser: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await browser.request(method, path, headers=headers)
    assert (answer.headers["x-answered-by"], answer.text) == ("api", path)


async def test_a_path_longer_than_any_files_goes_to_the_api(browser: httpx.AsyncClient) -> None:
    path = "/" + "x" * 300
    assert (await browser.get(path)).text == path


@pytest.mark.parametrize(
    "path", ["/assets/../../secrets.json", "/assets/%2e%2e/%2e%2e/secrets.json", "/..%2fsecrets.json", "/%00", "/m%00"]
)
async def test_no_path_leads_out_of_the_folder(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(f"http://localhost:8080{path}")
    assert "not for strangers" not in answer.text
    assert answer.status_code in (200, 404)


async def test_a_page_cannot_be_posted_to(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/m/demo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_head_has_the_headers_and_no_body(browser: httpx.AsyncClient) -> None:
    answer = await browser.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("path", ["/", "/meetings/demo", "/assets/index-a1b2c3.js"])
async def test_a_strangers_name_for_this_machine_is_refused(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers={"Host": "rebound.example:8080"})
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (421, "MisdirectedRequest")
    assert answer.json()["error"]["code"] == "MisdirectedRequest"


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:9", "LOCALHOST", "[::1]:8080"])
def test_names_of_the_loopback_are_taken(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["", "localhost.example", "example@", "127.0.0.2", "[", "0.0.0.0", "[::1"])
def test_other_names_are_not(host: str) -> None:
    assert not is_this_machine(host)


def test_a_client_that_is_not_built_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(HostConfigurationError, match=r"the client is not built: .*index\.html is missing"):
        ClientPages(tmp_path, "http://127.0.0.1:8082")


async def test_the_background_runs_from_the_start_of_the_api_to_before_its_end(dist: Path) -> None:
    background = Background()
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: list[str] = []

    async def living_api(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "lifespan"
        await receive()
        background.log.append("api up")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        background.log.append("api down")
        await send({"type": "lifespan.shutdown.complete"})

    async def send(message: Message) -> None:
        outbox.append(message["type"])

    inbox.put_nowait({"type": "lifespan.startup"})
    inbox.put_nowait({"type": "lifespan.shutdown"})
    door = FrontDoor(living_api, ClientPages(dist, "http://127.0.0.1:8082"), background)
    await door({"type": "lifespan"}, inbox.get, send)
    assert background.log == ["api up", "started", "stopped", "api down"]
    assert outbox == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
