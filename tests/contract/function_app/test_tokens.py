"""Join tokens: who gets one, what it opens, and what is refused."""

import hmac
import time
from datetime import datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.utils import base64url_encode

from parley_protocol.grants import JOIN_AUDIENCE, ROLE_GRANTS, Role

from .support import PUBLIC_URL, FakeNode, Platform, bearer


def claims(platform: Platform, **changes: object) -> dict[str, Any]:
    now = int(time.time())
    valid: dict[str, Any] = {
        "iss": PUBLIC_URL,
        "aud": JOIN_AUDIENCE,
        "sub": "ann",
        "iat": now,
        "exp": now + 60,
        "tenant": platform.tenant,
        "meeting": "demo",
        "name": "Ann",
        "role": "attendee",
        "grants": ROLE_GRANTS[Role.ATTENDEE].model_dump(mode="json"),
    }
    merged = {**valid, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def sign(platform: Platform, content: dict[str, Any]) -> str:
    assert platform.settings.signing_key_file
    kid = platform.services.signing_keys.jwks["keys"][0]["kid"]
    return jwt.encode(content, platform.settings.signing_key_file.read_text(), "ES256", {"kid": kid})


async def refusal(platform: Platform, token: str) -> str:
    answer = await platform.try_join(token)
    assert answer.status_code == 401, answer.text
    assert await platform.documents("participant") == []
    return str(answer.json()["error"]["code"])


async def test_the_tenants_backend_gets_a_link_for_its_user(platform: Platform) -> None:
    body = {"participant": "ann@example.com", "name": "Ann", "role": "host", "ttlSeconds": 3600}
    answer = (await platform.call("POST", "/meetings/demo:issueToken", json=body)).json()
    assert answer["joinUrl"] == f"{PUBLIC_URL}/m/demo#token={answer['token']}"
    content = jwt.decode(answer["token"], options={"verify_signature": False})
    assert content["exp"] - content["iat"] == 3600
    assert content["grants"]["moderate"] is True


async def test_grants_may_be_chosen(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann", grants={"publish": ["microphone"], "chat": False})
    assert joined["participant"]["grants"] == {
        "publish": ["microphone"],
        "subscribe": True,
        "chat": False,
        "moderate": False,
    }


async def test_a_token_of_ours_is_accepted(platform: Platform, node: FakeNode) -> None:
    answer = await platform.try_join(sign(platform, claims(platform)))
    assert answer.status_code == 200


async def test_no_token(platform: Platform, node: FakeNode) -> None:
    answer = await platform.http.post("/sessions:join", json={})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "TokenMissing"


async def test_an_expired_token(platform: Platform, node: FakeNode) -> None:
    token = sign(platform, claims(platform, exp=int(time.time()) - 60))
    assert await refusal(platform, token) == "TokenExpired"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "parley-media"},
        {"aud": [JOIN_AUDIENCE]},
        {"iss": "https://somebody.example"},
        {"iat": int(time.time()) + 3600},
        {"exp": None},
        {"sub": None},
        {"meeting": None},
        {"tenant": None},
        {"tenant": "ten_x"},
        {"meeting": "../demo"},
        {"role": "king"},
        {"grants": {"fly": True}},
        {"name": ""},
    ],
)
async def test_a_token_that_says_the_wrong_things(
    platform: Platform, node: FakeNode, changes: dict[str, object]
) -> None:
    assert await refusal(platform, sign(platform, claims(platform, **changes))) == "TokenInvalid"


async def test_a_token_signed_with_another_key(platform: Platform, node: FakeNode) -> None:
    other = generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert await refusal(platform, jwt.encode(claims(platform), pem, "ES256")) == "TokenInvalid"


async def test_a_token_without_a_signature(platform: Platform, node: FakeNode) -> None:
    assert await refusal(platform, jwt.encode(claims(platform), "", "none")) == "TokenInvalid"


async def test_a_token_signed_with_the_public_key_as_a_secret(platform: Platform, node: FakeNode) -> None:
    assert platform.settings.signing_key_file
    key = load_pem_private_key(platform.settings.signing_key_file.read_bytes(), None)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = jwt.encode(claims(platform), "s" * 32, "HS256").split(".")
    forged = hmac.digest(public, f"{parts[0]}.{parts[1]}".encode(), "sha256")
    token = f"{parts[0]}.{parts[1]}.{base64url_encode(forged).decode()}"
    assert await refusal(platform, token) == "TokenInvalid"


@pytest.mark.parametrize("token", ["x", "a.b.c", "é.é.é", "." * 20, "eyJhbGciOiJFUzI1NiJ9.e30." + "A" * 86])
async def test_a_token_that_is_none(platform: Platform, node: FakeNode, token: str) -> None:
    answer = await platform.http.post("/sessions:join", headers={b"Authorization": b"Bearer " + token.encode()})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "TokenInvalid"


async def test_an_api_key_is_no_join_token(platform: Platform, node: FakeNode) -> None:
    assert await refusal(platform, platform.api_key) == "TokenInvalid"


async def test_a_media_grant_is_no_join_token(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    answer = await platform.try_join(joined["mediaGrant"])
    assert answer.status_code == 401


async def test_a_token_opens_only_its_own_meeting(platform: Platform, node: FakeNode) -> None:
    await platform.put_meeting("weekly")
    ann = await platform.join("ann", "weekly")
    assert ann["session"]["meeting"] == "weekly"
    demo = await platform.join("bob")
    other = await platform.http.post(
        f"/sessions/{demo['session']['id']}:leave", json={"peer": demo["peer"]}, headers=bearer(ann["token"])
    )
    assert other.status_code == 204
    assert await platform.presence() == {"bob": "joining"}
    messages = await platform.http.get("/meetings/demo/messages", headers=bearer(ann["token"]))
    assert messages.status_code == 404


async def test_a_token_of_a_tenant_that_has_no_such_meeting(platform: Platform, node: FakeNode) -> None:
    token = sign(platform, claims(platform, tenant="ten_01JD0000000000000000000000"))
    answer = await platform.try_join(token)
    assert answer.status_code == 404


def content_of(token: str) -> dict[str, Any]:
    content: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return content


async def test_joining_renews_the_token_for_eight_hours(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    renewed, used = content_of(joined["token"]), content_of(joined["usedToken"])
    assert 8 * 3600 <= renewed["exp"] - used["iat"] <= 8 * 3600 + 10
    assert {**renewed, "exp": 0} == {**used, "exp": 0}


@pytest.mark.parametrize(
    ("chosen", "last"),
    [
        ({}, 12 * 3600),
        ({"ttlSeconds": 60}, 60),
        ({"ttlSeconds": 86_400}, 86_400),
        ({"renewForSeconds": 0}, 600),
        ({"renewForSeconds": 7200}, 7200),
        ({"ttlSeconds": 3600, "renewForSeconds": 60}, 3600),
    ],
)
async def test_no_renewal_outlives_what_the_tenant_chose(
    platform: Platform, node: FakeNode, chosen: dict[str, Any], last: int
) -> None:
    token = await platform.token("ann", **chosen)
    platform.clock.advance(86_000)  # What is issued is issued then; a token's expiry is checked by the real time.
    renewed = content_of((await platform.try_join(token)).json()["token"])
    assert renewed["exp"] - renewed["iat"] == last


async def test_a_token_that_does_not_say_how_long_is_not_prolonged(platform: Platform, node: FakeNode) -> None:
    content = claims(platform)
    renewed = content_of((await platform.try_join(sign(platform, content))).json()["token"])
    assert renewed == content


async def test_the_open_meeting_lets_anybody_in(platform: Platform, node: FakeNode) -> None:
    answers = [
        await platform.http.post("/openMeetings/demo:issueToken", json={"name": "Ann"}),
        await platform.http.post("/openMeetings/demo:issueToken", json={"name": "Ann"}),
    ]
    joined = [(await platform.try_join(answer.json()["token"])).json() for answer in answers]
    assert joined[0]["participant"]["id"] != joined[1]["participant"]["id"]
    assert joined[0]["participant"]["role"] == "attendee"


async def test_a_guest_who_comes_back_with_the_token_is_the_same_participant(
    platform: Platform, node: FakeNode
) -> None:
    answer = await platform.http.post("/openMeetings/demo:issueToken", json={"name": "Ann"})
    first = (await platform.try_join(answer.json()["token"])).json()
    second = (await platform.try_join(first["token"])).json()
    assert second["participant"]["id"] == first["participant"]["id"]


async def test_other_meetings_are_not_open(platform: Platform) -> None:
    await platform.put_meeting("weekly")
    answer = await platform.http.post("/openMeetings/weekly:issueToken", json={"name": "Ann"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"participant": ""}, "/participant"),
        ({"participant": "a\u0000b"}, "/participant"),
        ({"participant": "x" * 129}, "/participant"),
        ({"name": "   "}, "/name"),
        ({"name": "x" * 81}, "/name"),
        ({"role": "king"}, "/role"),
        ({"grants": {"publish": ["smell"]}}, "/grants/publish/0"),
        ({"grants": {"fly": True}}, "/grants/fly"),
        ({"ttlSeconds": 59}, "/ttlSeconds"),
        ({"ttlSeconds": 86_401}, "/ttlSeconds"),
        ({"renewForSeconds": -1}, "/renewForSeconds"),
        ({"renewForSeconds": 86_401}, "/renewForSeconds"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_token_for_nonsense_is_refused(platform: Platform, change: dict[str, object], target: str) -> None:
    body = {"participant": "ann", "name": "Ann", **change}
    answer = await platform.call("POST", "/meetings/demo:issueToken", json=body)
    assert answer.status_code == 400
    assert [detail["target"] for detail in answer.json()["error"]["details"]] == [target]


async def test_a_token_of_a_deleted_meeting_does_not_open_a_new_one_with_its_id(
    platform: Platform, node: FakeNode
) -> None:
    await platform.put_meeting("weekly")
    old = await platform.token("ann", "weekly")
    platform.clock.advance(1)
    await platform.call("DELETE", "/meetings/weekly")
    await platform.put_meeting("weekly")
    join = await platform.try_join(old)
    history = await platform.http.get("/meetings/weekly/messages", headers=bearer(old))
    assert [answer.headers["x-ms-error-code"] for answer in (join, history)] == ["TokenInvalid"] * 2


async def test_a_token_of_the_second_of_the_meetings_creation_opens_it(platform: Platform, node: FakeNode) -> None:
    await platform.put_meeting("weekly")
    [meeting] = await platform.documents("meeting", "weekly")
    created = datetime.fromisoformat(meeting["createdOn"])
    for iat, status in ((int(created.timestamp()), 200), (int(created.timestamp()) - 1, 401)):
        token = sign(platform, claims(platform, meeting="weekly", iat=iat))
        assert (await platform.try_join(token)).status_code == status
