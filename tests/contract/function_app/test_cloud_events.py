"""The CloudEvents route: only Web PubSub itself is believed."""

import hashlib
import hmac
from urllib.parse import urlsplit

import pytest

from parley_protocol.ids import new_id

from .support import WEBPUBSUB_KEY, Platform

PATH = "/internal/webpubsub"


def signature(connection: str, key: str = WEBPUBSUB_KEY) -> str:
    return "sha256=" + hmac.new(key.encode(), connection.encode(), hashlib.sha256).hexdigest()


def headers(**changes: str | None) -> dict[str, str]:
    valid: dict[str, str | None] = {
        "ce-type": "azure.webpubsub.sys.connected",
        "ce-hub": "meetings",
        "ce-connectionId": "connection-1",
        "ce-eventName": "connected",
        "ce-signature": signature("connection-1"),
    }
    merged = {**valid, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return {name: value for name, value in merged.items() if value is not None}


async def test_the_handshake_allows_our_own_service(platform: Platform) -> None:
    origin = urlsplit(platform.settings.webpubsub_endpoint).netloc
    answer = await platform.http.options(PATH, headers={"WebHook-Request-Origin": origin})
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == origin


@pytest.mark.parametrize("origin", ["evil.example", "", "*", "evil.example, other.example"])
async def test_the_handshake_allows_nobody_else(platform: Platform, origin: str) -> None:
    answer = await platform.http.options(PATH, headers={"WebHook-Request-Origin": origin})
    assert answer.status_code == 400
    assert "WebHook-Allowed-Origin" not in answer.headers


async def test_a_signed_event_is_taken(platform: Platform) -> None:
    assert (await platform.http.post(PATH, headers=headers(), content=b"{}")).status_code == 204


async def test_one_of_two_signatures_is_enough(platform: Platform) -> None:
    both = f"{signature('connection-1', 'another-key')},{signature('connection-1')}"
    assert (await platform.http.post(PATH, headers=headers(ce_signature=both))).status_code == 204


@pytest.mark.parametrize(
    "shown",
    [None, "", "sha256=", "sha256=00", signature("connection-2"), signature("connection-1", "another-key"), "é" * 10],
)
async def test_an_event_with_a_wrong_signature_is_refused(platform: Platform, shown: str | None) -> None:
    raw = {name.encode(): value.encode() for name, value in headers(ce_signature=shown).items()}
    answer = await platform.http.post(PATH, headers=list(raw.items()), content=b"{}")
    assert answer.status_code == 401
    assert answer.headers["x-ms-error-code"] == "Unauthorized"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_hub", "another"),
        ("ce_hub", None),
        ("ce_type", "com.example.event"),
        ("ce_type", None),
        ("ce_connectionId", None),
        ("ce_connectionId", "x" * 2000),
    ],
)
async def test_what_is_no_event_of_ours_is_refused(platform: Platform, name: str, value: str | None) -> None:
    answer = await platform.http.post(PATH, headers=headers(**{name: value}))
    assert answer.status_code == 400
    assert answer.json()["error"]["target"].lower() == name.replace("_", "-").lower()


async def test_without_an_access_key_no_event_is_believed(platform: Platform) -> None:
    platform.services.event_origin._key = None
    assert (await platform.http.post(PATH, headers=headers())).status_code == 401


@pytest.mark.parametrize(
    "user", ["", "x", "a/b/c/d", "a/b/c", pytest.param(new_id("nod"), id="node"), "é/é/é/é", "/" * 50]
)
@pytest.mark.parametrize("kind", ["sys.connected", "sys.disconnected", "sys.unheard-of", "user.chat", "user.dance"])
async def test_strange_senders_do_no_harm(platform: Platform, user: str, kind: str) -> None:
    raw = {
        name.encode(): value.encode()
        for name, value in headers(ce_type=f"azure.webpubsub.{kind}", ce_userId=user).items()
    }
    answer = await platform.http.post(PATH, headers=list(raw.items()), content=b"\xff\x00")
    assert answer.status_code == 204


async def test_an_event_that_is_too_large_is_refused(platform: Platform) -> None:
    answer = await platform.http.post(PATH, headers=headers(), content=b"x" * 70_000)
    assert answer.status_code == 413
