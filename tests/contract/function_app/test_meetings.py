"""`/meetings`: create, read, change, delete, list, and conditional requests."""

import asyncio

import httpx
import pytest

from function_app.errors import TooManyMeetingsError
from function_app.meetings.quota import MeetingQuota
from function_app.rate_limits.buckets import Rate
from function_app.stores.meetings import MeetingStore

from .support import PUBLIC_URL, Platform


async def test_put_creates_and_then_replaces(platform: Platform) -> None:
    created = await platform.put_meeting("weekly", "Weekly")
    assert created.status_code == 201
    body = created.json()
    assert body["id"] == "weekly"
    assert body["joinUrl"] == f"{PUBLIC_URL}/m/weekly"
    assert body["createdOn"] == body["updatedOn"]
    assert created.headers["ETag"] == body["etag"]
    replaced = await platform.put_meeting("weekly", "Every week")
    assert replaced.status_code == 200
    assert replaced.json()["title"] == "Every week"
    assert replaced.json()["createdOn"] == body["createdOn"]
    assert replaced.headers["ETag"] != created.headers["ETag"]


async def test_get_shows_what_was_put(platform: Platform) -> None:
    put = await platform.put_meeting("weekly", "  Weekly  ")
    got = await platform.call("GET", "/meetings/weekly")
    assert got.json() == put.json()
    assert got.json()["title"] == "Weekly"


async def test_patch_changes_only_what_it_names(platform: Platform) -> None:
    put = await platform.put_meeting("weekly")
    merge_patch = {"Content-Type": "application/merge-patch+json"}
    same = await platform.call("PATCH", "/meetings/weekly", content="{}", headers=merge_patch)
    assert same.json() == put.json()
    changed = await platform.call("PATCH", "/meetings/weekly", content='{"title":"New"}', headers=merge_patch)
    assert changed.json()["title"] == "New"
    assert changed.headers["ETag"] != put.headers["ETag"]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_meeting_that_is_not_there_is_404(platform: Platform, method: str) -> None:
    answer = await platform.call(method, "/meetings/nowhere", json={"title": "x"} if method == "PATCH" else None)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "MeetingNotFound"


async def test_delete_is_204_whether_or_not_there_is_a_meeting(platform: Platform) -> None:
    await platform.put_meeting("weekly")
    for _ in range(2):
        answer = await platform.call("DELETE", "/meetings/weekly")
        assert answer.status_code == 204
        assert answer.content == b""
    assert (await platform.call("GET", "/meetings/weekly")).status_code == 404


async def test_a_meeting_made_anew_is_a_new_one_and_goes_on_counting_events(platform: Platform) -> None:
    first = await platform.put_meeting("weekly")
    await platform.call("DELETE", "/meetings/weekly")
    second = await platform.put_meeting("weekly")
    assert second.status_code == 201
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.json()["createdOn"] > first.json()["createdOn"]
    events = await platform.documents("event", "weekly")
    assert [(event["sequence"], event["kind"]) for event in events] == [
        (1, "meeting.created"),
        (2, "meeting.deleted"),
        (3, "meeting.created"),
    ]
    assert [event["id"] for event in events] == ["evt_000000000001", "evt_000000000002", "evt_000000000003"]


async def test_simultaneous_changes_all_happen_and_each_has_its_event(platform: Platform) -> None:
    await platform.put_meeting("weekly", "0")
    answers = await asyncio.gather(*(platform.put_meeting("weekly", str(number)) for number in range(1, 5)))
    assert {answer.status_code for answer in answers} == {200}
    events = await platform.documents("event", "weekly")
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5]


async def test_simultaneous_first_puts_create_once(platform: Platform) -> None:
    answers = await asyncio.gather(*(platform.put_meeting("weekly", str(number)) for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]


async def test_if_none_match_star_creates_only(platform: Platform) -> None:
    headers = {"If-None-Match": "*"}
    first = await platform.call("PUT", "/meetings/weekly", json={"title": "1"}, headers=headers)
    second = await platform.call("PUT", "/meetings/weekly", json={"title": "2"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["error"]["code"] == "PreconditionFailed"
    assert (await platform.call("GET", "/meetings/weekly")).json()["title"] == "1"


@pytest.mark.parametrize(("method", "ok"), [("PUT", 200), ("PATCH", 200), ("DELETE", 204)])
async def test_if_match_guards_every_write(platform: Platform, method: str, ok: int) -> None:
    etag = (await platform.put_meeting("weekly")).headers["ETag"]
    body = None if method == "DELETE" else {"title": "changed"}
    for stale in ('"another"', f"W/{etag}"):
        refused = await platform.call(method, "/meetings/weekly", json=body, headers={"If-Match": stale})
        assert refused.status_code == 412
    accepted = await platform.call(method, "/meetings/weekly", json=body, headers={"If-Match": f'"another", {etag}'})
    assert accepted.status_code == ok


async def test_if_match_on_nothing_fails(platform: Platform) -> None:
    answer = await platform.call("PUT", "/meetings/nowhere", json={"title": "x"}, headers={"If-Match": "*"})
    assert answer.status_code == 412


async def test_a_caller_who_has_the_version_gets_304(platform: Platform) -> None:
    etag = (await platform.put_meeting("weekly")).headers["ETag"]
    for known in (etag, f"W/{etag}", "*"):
        answer = await platform.call("GET", "/meetings/weekly", headers={"If-None-Match": known})
        assert answer.status_code == 304
        assert answer.headers["ETag"] == etag
        assert answer.content == b""


async def test_a_session_does_not_change_the_meetings_etag(platform: Platform, node: object) -> None:
    etag = (await platform.call("GET", "/meetings/demo")).headers["ETag"]
    await platform.join("ann")
    assert (await platform.call("GET", "/meetings/demo")).headers["ETag"] == etag


@pytest.mark.parametrize("value", ["weekly", '"open', "W/", '"a" "b"', ""])
async def test_a_malformed_condition_is_refused(platform: Platform, value: str) -> None:
    answer = await platform.call("GET", "/meetings/demo", headers={"If-Match": value})
    assert answer.status_code == 400
    assert answer.json()["error"]["target"] == "If-Match"


async def test_post_chooses_the_id(platform: Platform) -> None:
    answer = await platform.call("POST", "/meetings", json={"title": "Ad hoc"})
    assert answer.status_code == 201
    assert answer.json()["id"].startswith("mtg_")


async def test_a_repeated_post_gets_the_first_answer(platform: Platform) -> None:
    headers = {"Idempotency-Key": "order-17"}
    first = await platform.call("POST", "/meetings", json={"title": "Ad hoc"}, headers=headers)
    await platform.call("PATCH", f"/meetings/{first.json()['id']}", json={"title": "Renamed"})
    second = await platform.call("POST", "/meetings", json={"title": "Ad hoc"}, headers=headers)
    assert second.status_code == 201
    assert second.json() == first.json()


async def test_simultaneous_posts_with_one_key_make_one_meeting(platform: Platform) -> None:
    headers = {"Idempotency-Key": "order-17"}
    posts = (platform.call("POST", "/meetings", json={"title": "Ad hoc"}, headers=headers) for _ in range(4))
    answers = await asyncio.gather(*posts)
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize("name", ["Idempotency-Key", "Repeatability-Request-ID"])
async def test_a_key_with_another_body_is_a_conflict_at_the_header_that_named_it(platform: Platform, name: str) -> None:
    headers = {name: "order-17"}
    await platform.call("POST", "/meetings", json={"title": "One"}, headers=headers)
    answer = await platform.call("POST", "/meetings", json={"title": "Two"}, headers=headers)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert (error["code"], error["target"]) == ("IdempotencyKeyReused", name)


async def test_a_list_has_every_meeting_once_however_it_is_paged(platform: Platform) -> None:
    wanted = {"demo"} | {f"meeting-{number}" for number in range(7)}
    await asyncio.gather(*(platform.put_meeting(name) for name in wanted - {"demo"}))
    await platform.put_meeting("gone")
    await platform.call("DELETE", "/meetings/gone")
    seen: list[str] = []
    path = "/meetings?maxpagesize=3"
    while path:
        page = (await platform.call("GET", path)).json()
        assert len(page["value"]) <= 3
        seen += [meeting["id"] for meeting in page["value"]]
        path = page.get("nextLink", "")
        assert path.startswith(PUBLIC_URL) or not path
    assert sorted(seen) == sorted(wanted)


@pytest.mark.parametrize("token", ["x", "AAAA", "é", "x" * 9000])
async def test_a_continuation_token_that_was_made_up_is_refused(platform: Platform, token: str) -> None:
    answer = await platform.call("GET", "/meetings", params={"continuationToken": token})
    assert answer.status_code == 400
    assert answer.json()["error"]["target"] == "continuationToken"


@pytest.mark.parametrize("size", ["0", "101", "many", "-1"])
async def test_a_page_size_out_of_bounds_is_refused(platform: Platform, size: str) -> None:
    answer = await platform.call("GET", "/meetings", params={"maxpagesize": size})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["target"] == "maxpagesize"


async def test_the_next_page_of_one_list_is_none_of_another(platform: Platform) -> None:
    await platform.put_meeting("weekly")
    link = (await platform.call("GET", "/meetings?maxpagesize=1")).json()["nextLink"]
    query = link.partition("?")[2]
    answer = await platform.call("GET", f"/meetings/demo/messages?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["target"] == "continuationToken"


async def test_a_title_is_one_line_without_control_characters(platform: Platform) -> None:
    put = await platform.call("PUT", "/meetings/weekly", json={"title": "Weekly\r\nplan\x00ning\x85"})
    assert put.json()["title"] == "Weekly plan ning"
    patch = await platform.call("PATCH", "/meetings/weekly", json={"title": "\u2028New\x0bone"})
    assert patch.json()["title"] == "New one"
    assert (await platform.call("PUT", "/meetings/weekly", json={"title": "\x00"})).status_code == 400


async def test_a_tenant_with_as_many_meetings_as_it_may_have_changes_them_and_makes_no_more(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def create(key: str) -> httpx.Response:
        return await platform.call("POST", "/meetings", json={"title": "New"}, headers={"Idempotency-Key": key})

    first = await create("first")
    monkeypatch.setattr("function_app.meetings.quota.MAXIMUM_MEETINGS", 1)
    for refused in (await platform.put_meeting("weekly"), await create("second")):
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "TooManyMeetings")
    assert (await platform.put_meeting("demo")).status_code == 200
    assert (await create("first")).json() == first.json()


async def test_meetings_are_counted_again_after_a_while_and_at_once_for_whoever_has_too_many(
    platform: Platform, other_tenant: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("function_app.meetings.quota.MAXIMUM_MEETINGS", 2)
    store, now = MeetingStore(platform.store.container("meetings")), 0.0
    quota = MeetingQuota(store, platform.services.rate_limits, lambda: now)
    await quota.check(platform.tenant)
    await platform.put_meeting("weekly")
    await platform.http.put("/meetings/elsewhere", json={"title": "Another's"}, headers=other_tenant)
    await quota.check(platform.tenant)
    now = 61.0
    with pytest.raises(TooManyMeetingsError):
        await quota.check(platform.tenant)
    await platform.call("DELETE", "/meetings/weekly")
    await quota.check(platform.tenant)


async def test_meetings_are_made_at_a_bounded_rate(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("function_app.meetings.quota.MEETINGS", Rate("meetings", per_second=0.01, burst=1))
    assert [(await platform.put_meeting(name)).status_code for name in ("one", "two", "one")] == [201, 429, 200]
