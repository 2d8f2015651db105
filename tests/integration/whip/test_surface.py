"""The HTTP surface: what is answered to good and to bad requests, by a real node and control plane."""

import asyncio
import re
import time
from typing import Any

import aiohttp
import pytest

from parley_protocol.ids import new_id
from tests.integration.whip.conftest import Client, Invite
from tests.support.platform import Platform
from tests.support.tokens import forged, resigned
from tests.support.waiting import eventually
from tests.support.whip import FRAGMENT, SDP, WhipClient, WhipRefusedError

RESTART = "a=ice-ufrag:renewed\r\na=ice-pwd:renewedrenewedrenewedrenewed\r\n"


async def refusal(request: Any) -> tuple[int, str]:
    """Status and code of a problem, of which the form is checked."""
    async with request as response:
        problem = await response.json(content_type="application/problem+json")
        assert problem["status"] == response.status
        assert problem["code"] == response.headers["x-ms-error-code"]
        assert problem["detail"]
        return response.status, problem["code"]


async def health(platform: Platform, http: aiohttp.ClientSession) -> dict[str, Any]:
    async with http.get(f"{platform.node_origin}/healthz") as response:
        return dict(await response.json())


async def nobody_is_left(platform: Platform, http: aiohttp.ClientSession) -> None:
    async def empty() -> bool:
        return bool((await health(platform, http))["peers"] == 0)

    await eventually(empty, "the node has no peers")


@pytest.fixture
async def studio(client: Client, invite: Invite) -> WhipClient:
    """A publisher; another user each time, for one may join only so often."""
    one = client("/whip/demo", await invite(new_id("usr")))
    await one.publish()
    return one


async def test_a_publisher_is_given_a_session_of_its_own(studio: WhipClient, platform: Platform) -> None:
    assert re.fullmatch(rf"{platform.origin}/whip/demo/nodes/nod_\w+/peers/peer_\w+", studio.resource)
    assert studio.etag.startswith('"')
    await eventually(lambda: studio.pc.connectionState == "connected", "the media path is up")


async def test_delete_ends_the_participant_and_may_be_repeated(
    studio: WhipClient, platform: Platform, http: aiohttp.ClientSession
) -> None:
    assert await studio.leave() == 200
    assert (await health(platform, http))["peers"] == 0
    assert await studio.leave() == 200


async def test_a_second_client_with_the_same_token_takes_the_place_of_the_first(
    studio: WhipClient, client: Client, platform: Platform, http: aiohttp.ClientSession
) -> None:
    again = client("/whip/demo", studio.token)
    await again.publish()
    assert (await health(platform, http))["peers"] == 1
    assert (await studio.patch(RESTART, If_Match="*")).status == 404


async def test_trickled_candidates_are_taken_and_an_ice_restart_is_answered(studio: WhipClient) -> None:
    offer = studio.pc.localDescription.sdp
    ice = [line for line in offer.splitlines() if line.startswith(("a=ice-ufrag", "a=ice-pwd"))][:2]
    trickled = "\r\n".join([*ice, "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host", "a=end-of-candidates"])
    answer = await studio.patch(trickled, If_Match=studio.etag)
    assert answer.status == 204
    assert "ETag" not in answer.headers

    restarted = await studio.patch(RESTART, If_Match='"*"')
    assert restarted.status == 200
    assert restarted.headers["Content-Type"] == FRAGMENT
    assert restarted.headers["ETag"] not in ("", studio.etag)
    fragment = (await restarted.text()).splitlines()
    names = {line.partition(":")[0] for line in fragment}
    assert {"a=ice-lite", "a=group", "a=mid", "a=ice-ufrag", "a=ice-pwd", "a=candidate"} <= names
    assert not set(fragment) & set(studio.pc.remoteDescription.sdp.splitlines()) & {"a=ice-ufrag", "a=ice-pwd"}

    stale = await studio.patch(RESTART, If_Match=studio.etag)
    assert (stale.status, stale.headers["x-ms-error-code"]) == (412, "PreconditionFailed")
    same = await studio.patch(RESTART, If_Match=restarted.headers["ETag"])
    assert same.status == 204


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (RESTART, {}, (428, "PreconditionRequired")),
        (RESTART, {"If_Match": '"another"'}, (412, "PreconditionFailed")),
        (RESTART, {"If_Match": "*", "Content_Type": SDP}, (415, "UnsupportedMediaType")),
        ("a=ice-ufrag:renewed\r\n", {"If_Match": "*"}, (400, "InvalidOffer")),
        ("\x00\x01", {"If_Match": "*"}, (400, "InvalidOffer")),
        ("", {"If_Match": "*"}, (400, "InvalidOffer")),
        (RESTART + "a=x\r\n" * 1_000, {"If_Match": "*"}, (400, "InvalidOffer")),
        (RESTART, {"If_Match": "*", "Authorization": "Bearer nonsense"}, (401, "TokenInvalid")),
    ],
)
async def test_a_patch_that_cannot_be_done_changes_nothing(
    studio: WhipClient, body: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = await studio.patch(body, **headers)
    assert (answer.status, answer.headers["x-ms-error-code"]) == expected
    assert (await studio.patch(RESTART, If_Match=studio.etag)).status == 200


async def test_nobody_else_can_touch_a_session(studio: WhipClient, invite: Invite) -> None:
    eve = WhipClient(studio.url, await invite("eve"), studio.http, resource=studio.resource)
    assert (await eve.patch(RESTART, If_Match="*")).status == 404
    assert await eve.leave() == 200
    assert (await studio.patch(RESTART, If_Match=studio.etag)).status == 200
    await eve.close()


async def test_who_is_in_may_leave_with_a_token_that_has_run_out(
    studio: WhipClient, platform: Platform, http: aiohttp.ClientSession
) -> None:
    studio.token = resigned(platform, studio.token, exp=int(time.time()) - 600)
    assert await studio.leave() == 200
    assert (await health(platform, http))["peers"] == 0


async def test_forged_old_and_foreign_tokens_let_nobody_in(
    client: Client, invite: Invite, platform: Platform, http: aiohttp.ClientSession
) -> None:
    token = await invite("studio")
    tokens = {
        forged(token): (401, "TokenInvalid"),
        resigned(platform, token, exp=int(time.time()) - 600): (401, "TokenExpired"),
        resigned(platform, token, aud="parley-media"): (401, "TokenInvalid"),
        resigned(platform, token, meeting="other"): (404, "MeetingNotFound"),
        resigned(platform, token, tenant="ten_01JD0000000000000000000000"): (404, "MeetingNotFound"),
        "nonsense": (401, "TokenInvalid"),
    }
    for wrong, expected in tokens.items():
        for path in ("/whip/demo", "/whep/demo"):
            one = client(path, wrong)
            with pytest.raises(WhipRefusedError) as refused:
                await (one.publish() if path == "/whip/demo" else one.watch())
            assert (refused.value.status, refused.value.code) == expected
    url = f"{platform.origin}/whip/demo"
    assert await refusal(http.post(url, data=b"v=0", headers={"Content-Type": SDP})) == (401, "TokenMissing")
    await nobody_is_left(platform, http)


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"{}", {"Content-Type": "application/json"}, (415, "UnsupportedMediaType")),
        (b"garbage", {}, (400, "InvalidOffer")),
        (b"\xff\xfe\x00", {}, (400, "InvalidOffer")),
        (b"", {}, (400, "InvalidOffer")),
        (b"v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", {}, (400, "InvalidOffer")),
        (b"v=0", {"Accept": "text/html"}, (406, "NotAcceptable")),
    ],
)
async def test_a_body_that_is_no_offer_is_refused_and_starts_nothing(
    platform: Platform,
    http: aiohttp.ClientSession,
    invite: Invite,
    body: bytes,
    headers: dict[str, str],
    expected: tuple[int, str],
) -> None:
    token = await invite(new_id("usr"))
    all_headers = {"Content-Type": SDP, "Authorization": f"Bearer {token}", **headers}
    for path in ("/whip/demo", "/whep/demo", "/whep/demo/somebody"):
        assert await refusal(http.post(f"{platform.origin}{path}", data=body, headers=all_headers)) == expected
    assert (await health(platform, http))["sessions"] == 0


async def test_an_offer_that_is_too_long_is_not_read_to_its_end(
    platform: Platform, http: aiohttp.ClientSession, invite: Invite
) -> None:
    headers = {"Content-Type": SDP, "Authorization": f"Bearer {await invite('studio')}"}
    body = b"v=0\r\n" + b"a=x:y\r\n" * 10_000
    async with http.post(f"{platform.origin}/whip/demo", data=body, headers=headers) as response:
        assert (response.status, response.headers["x-ms-error-code"]) == (413, "RequestTooLarge")


async def test_an_offer_in_the_wrong_direction_is_refused(client: Client, invite: Invite) -> None:
    for path, direction in (("/whip/demo", "recvonly"), ("/whep/demo", "sendonly")):
        one = client(path, await invite("studio"))
        one.pc.addTransceiver("video", direction=direction)
        with pytest.raises(WhipRefusedError) as refused:
            await one.connect()
        assert (refused.value.status, refused.value.code) == (422, "UnsupportedOffer")


async def test_a_viewer_may_not_publish(client: Client, invite: Invite) -> None:
    with pytest.raises(WhipRefusedError) as refused:
        await client("/whip/demo", await invite("viewer", role="viewer")).publish()
    assert (refused.value.status, refused.value.code) == (403, "NotAllowed")


async def test_who_is_not_there_cannot_be_watched(client: Client, invite: Invite) -> None:
    with pytest.raises(WhipRefusedError) as refused:
        await client("/whep/demo/nobody", await invite("viewer")).watch()
    assert (refused.value.status, refused.value.code) == (404, "ParticipantNotFound")


async def test_when_the_meeting_is_deleted_the_publisher_goes(
    studio: WhipClient, platform: Platform, http: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {platform.state()['apiKey']}"}
    async with http.put(f"{platform.origin}/meetings/short", json={"title": "Short"}, headers=headers) as response:
        assert response.status == 201
    body = {"participant": "studio", "name": "Studio"}
    async with http.post(f"{platform.origin}/meetings/short:issueToken", json=body, headers=headers) as response:
        token = (await response.json())["token"]
    await studio.leave()
    short = WhipClient(f"{platform.origin}/whip/short", token, http)
    await short.publish()
    async with http.delete(f"{platform.origin}/meetings/short", headers=headers) as response:
        assert response.status == 204
    await nobody_is_left(platform, http)
    late = WhipClient(short.url, token, http)
    with pytest.raises(WhipRefusedError) as refused:
        await late.publish()
    assert (refused.value.status, refused.value.code) == (404, "MeetingNotFound")
    await asyncio.gather(short.close(), late.close())


async def test_a_flood_of_strangers_reaches_no_node(platform: Platform, http: aiohttp.ClientSession) -> None:
    async def refused() -> dict[str, str]:
        """The node's counts of what it refused, by the lines of its metrics."""
        async with http.get(f"{platform.node_origin}/metrics") as response:
            lines = (await response.text()).splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if line.startswith("parley_sfu_refusals_total"))

    async def ask() -> int:
        async with http.post(f"{platform.origin}/whip/demo") as response:
            assert response.status != 429 or int(response.headers["Retry-After"]) >= 1
            return response.status

    before = await refused()
    assert set(await asyncio.gather(*(ask() for _ in range(300)))) == {401, 429}
    assert await refused() == before
    assert (await health(platform, http))["status"] == "ok"
