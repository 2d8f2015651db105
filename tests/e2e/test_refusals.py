"""Who may not come in is told why, leaves nothing behind, and disturbs nobody."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from parley_protocol.ids import new_id, participant_id
from tests.support.bot import Bot, SignallingRefusedError
from tests.support.platform import Platform
from tests.support.tokens import forged, resigned
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


@pytest.fixture
async def bot(platform: Platform, http: aiohttp.ClientSession) -> AsyncIterator[Bot]:
    async with Bot(platform.origin, "Mallory", http) as entered:
        await entered.enter(await entered.guest_token("demo"))
        yield entered


async def peers(platform: Platform, http: aiohttp.ClientSession) -> int:
    async with http.get(f"{platform.node_origin}/healthz") as response:
        return int((await response.json())["peers"])


async def nothing_is_left(platform: Platform, http: aiohttp.ClientSession) -> None:
    async def empty() -> bool:
        return await peers(platform, http) == 0

    await eventually(empty, "the node has no peers")


async def test_a_wrong_dtls_fingerprint_ends_the_peer_and_says_so(
    platform: Platform, http: aiohttp.ClientSession, bot: Bot
) -> None:
    def spoil(offer: str) -> str:
        return re.sub(r"(a=fingerprint:sha-\d+) \S\S", r"\1 00", offer)

    await bot.negotiate(change_offer=spoil)
    left = await bot.next_message(lambda one: one["type"] == "left")
    assert left == {"type": "left", "peer": bot.admission["peer"], "reason": "dtlsFailed"}
    await nothing_is_left(platform, http)


async def test_a_forged_media_grant_is_refused(platform: Platform, http: aiohttp.ClientSession, bot: Bot) -> None:
    with pytest.raises(SignallingRefusedError) as refused:
        await bot.negotiate(grant=forged(bot.admission["mediaGrant"]))
    assert refused.value.code == "InvalidGrant"
    await nothing_is_left(platform, http)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"exp": int(time.time()) - 600}, "GrantExpired"),
        ({"session": new_id("ses")}, "WrongSession"),
        ({"node": new_id("nod")}, "InvalidGrant"),
        ({"sub": participant_id("another", "person")}, "InvalidGrant"),
        ({"aud": "parley-join"}, "InvalidGrant"),
    ],
)
async def test_a_media_grant_serves_only_what_it_was_made_for(
    platform: Platform, http: aiohttp.ClientSession, bot: Bot, changes: dict[str, object], code: str | None
) -> None:
    grant = resigned(platform, bot.admission["mediaGrant"], **changes)
    if code is None:
        await bot.negotiate(grant=grant)
        await bot.send({"type": "leave", "peer": bot.admission["peer"]})
    else:
        with pytest.raises(SignallingRefusedError) as refused:
            await bot.negotiate(grant=grant)
        assert refused.value.code == code
    await nothing_is_left(platform, http)


async def join_status(platform: Platform, http: aiohttp.ClientSession, token: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"}
    async with http.post(f"{platform.origin}/sessions:join", json={}, headers=headers) as response:
        return response.status, (await response.json())["error"]["code"]


async def test_a_forged_or_old_or_meaningless_join_token_is_refused(
    platform: Platform, http: aiohttp.ClientSession
) -> None:
    async with Bot(platform.origin, "Ann", http) as ann:
        token = await ann.guest_token("demo")
    expired = resigned(platform, token, exp=int(time.time()) - 600)
    assert await join_status(platform, http, forged(token)) == (401, "TokenInvalid")
    assert await join_status(platform, http, expired) == (401, "TokenExpired")
    assert await join_status(platform, http, "not-a-token") == (401, "TokenInvalid")


async def test_a_token_lets_nobody_into_another_meeting(platform: Platform, http: aiohttp.ClientSession) -> None:
    """The meeting comes from the token alone, and a session's group takes only grants for that session."""
    headers = {"Authorization": f"Bearer {platform.state()['apiKey']}"}
    async with http.put(f"{platform.origin}/meetings/other", json={"title": "Other"}, headers=headers) as response:
        assert response.status in (200, 201)
    async with http.post(
        f"{platform.origin}/meetings/other:issueToken",
        json={"participant": "eve", "name": "Eve", "role": "attendee"},
        headers=headers,
    ) as response:
        other_token = (await response.json())["token"]
    async with Bot(platform.origin, "Eve", http) as eve, Bot(platform.origin, "Ann", http) as ann:
        await eve.enter(other_token)
        assert eve.admission["session"]["meeting"] == "other"
        await ann.enter(await ann.guest_token("demo"))
        grant = resigned(platform, eve.admission["mediaGrant"], sub=ann.participant)
        with pytest.raises(SignallingRefusedError) as refused:
            await ann.negotiate(grant=grant)
        assert refused.value.code == "WrongSession"
    await nothing_is_left(platform, http)


BAD_MESSAGES = [
    ("not JSON", "text", "MalformedMessage"),
    ({"type": "dance"}, "json", "UnknownMessageType"),
    ({"kind": "join"}, "json", "UnknownMessageType"),
    ([1, 2, 3], "json", "MalformedMessage"),
    ({"type": "join", "requestId": 7}, "json", "MalformedMessage"),
    ({"type": "offer", "requestId": "x", "peer": "peer_none", "offer": "v=0"}, "json", "MalformedMessage"),
    ({"type": "leave", "peer": "x", "padding": "x" * 300_000}, "json", "MessageTooLarge"),
]


async def test_bad_messages_get_coded_errors_and_disturb_nobody(
    platform: Platform, http: aiohttp.ClientSession, bot: Bot
) -> None:
    async with Bot(platform.origin, "Ann", http) as ann, Bot(platform.origin, "Ben", http) as ben:
        for other in (ann, ben):
            await other.enter(await other.guest_token("demo"))
        await ann.negotiate()
        await ben.negotiate()
        await eventually(lambda: len(ann.roster()) == 2, "Ann's roster has both")

        for data, data_type, code in BAD_MESSAGES:
            bot.received.clear()
            await bot.send(data, data_type)
            answer = await bot.next_message(lambda one: one["type"] == "error")
            assert answer["code"] == code, f"{str(data)[:60]} was answered {answer}"
        with pytest.raises(SignallingRefusedError) as refused:
            await bot.negotiate(change_offer=lambda offer: offer.replace("m=", "m", 1)[:400])
        assert refused.value.code in ("InvalidOffer", "UnsupportedOffer")

        assert len(ann.roster()) == 2
        before = len(ann.control_received)
        microphone = next(one for one in ben.roster()[ben.participant]["publications"] if one["source"] == "microphone")
        ben.control.send(json.dumps({"type": "mute", "publication": microphone["publication"], "muted": True}))
        await eventually(lambda: len(ann.control_received) > before, "Ann still follows what Ben does")
        for other in (ann, ben):
            await other.send({"type": "leave", "peer": other.admission["peer"]})
    await nothing_is_left(platform, http)


async def test_a_flood_of_messages_is_cut_off_while_others_go_on(
    platform: Platform, http: aiohttp.ClientSession, bot: Bot
) -> None:
    async with Bot(platform.origin, "Ann", http) as ann:
        await ann.enter(await ann.guest_token("demo"))
        await asyncio.gather(*(bot.send({"type": "dance"}) for _ in range(300)))
        await bot.next_message(lambda one: one["type"] == "error" and one["code"] == "TooManyRequests")
        await ann.negotiate()
        obeyed = [one for one in bot.received if one.get("code") == "UnknownMessageType"]
        assert 1 <= len(obeyed) <= 60
        await ann.send({"type": "leave", "peer": ann.admission["peer"]})
    await nothing_is_left(platform, http)
