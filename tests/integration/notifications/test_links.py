"""What invitees do with the links that they were sent."""

from __future__ import annotations

import re
from typing import Any

import httpx
import jwt
import pytest

from function_app.participants.exclusions import Exclusion
from function_app.stores.documents import MeetingKey
from tests.contract.function_app.support import bearer

from .conftest import Notifications

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def invited(notifications: Notifications) -> Notifications:
    """Ann is invited to a meeting, as its host."""
    await notifications.put_meeting()
    await notifications.invite(role="host", participant="ann@example.com")
    await notifications.settle()
    return notifications


def invitation_in(text: str) -> str:
    found = re.search(r"#invitation=(\S+)", text)
    assert found
    return found[1]


async def exchange(invited: Notifications, token: str) -> httpx.Response:
    return await invited.platform.http.post("/invitations:exchange", json={"invitation": token})


def claims_of(issued: dict[str, Any]) -> dict[str, Any]:
    """What the join token says; the clock of a test is ahead of the one by which it would be verified."""
    return dict(jwt.decode(issued["token"], options={"verify_signature": False}))


def unsubscribe_link(invited: Notifications) -> str:
    return invited.sent[-1].headers["List-Unsubscribe"].strip("<>")


async def test_the_link_lets_its_invitee_in_with_its_role_of_that_moment(invited: Notifications) -> None:
    token = invitation_in(invited.sent[0].text)
    issued = (await exchange(invited, token)).json()
    claims = claims_of(issued)
    assert [claims[name] for name in ("sub", "name", "role", "meeting")] == ["ann@example.com", "Ann", "host", "weekly"]
    assert issued["joinUrl"].endswith(f"/m/weekly#token={issued['token']}")
    await invited.invite(role="viewer", participant="ann@example.com")
    issued = (await exchange(invited, token)).json()
    assert claims_of(issued)["role"] == "viewer"


async def test_the_link_of_one_who_is_invited_no_more_is_dead(invited: Notifications) -> None:
    token = invitation_in(invited.sent[0].text)
    await invited.remove()
    answer = await exchange(invited, token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvitationInvalid")
    await invited.invite()
    assert (await exchange(invited, token)).status_code == 401
    fresh = (await invited.invitee())["inviteUrl"]
    assert (await exchange(invited, invitation_in(fresh))).status_code == 200
    await invited.platform.call("DELETE", "/meetings/weekly")
    assert (await exchange(invited, invitation_in(fresh))).status_code == 401


async def test_who_was_taken_out_of_the_meeting_does_not_come_back_by_the_link(invited: Notifications) -> None:
    token = invitation_in(invited.sent[0].text)
    await exclude(invited, ban=False)
    assert (await exchange(invited, token)).json()["error"]["code"] == "ParticipantRemoved"
    await invited.invite(role="host", participant="ann@example.com")
    assert (await exchange(invited, token)).status_code == 200
    await exclude(invited, ban=True)
    await invited.invite(role="host", participant="ann@example.com")
    assert (await exchange(invited, token)).json()["error"]["code"] == "ParticipantBanned"


async def exclude(invited: Notifications, *, ban: bool) -> None:
    key = MeetingKey(invited.platform.tenant, "weekly")
    exclusion = Exclusion.new(key, "ann@example.com", banned=ban, now=invited.platform.clock())
    await invited.platform.store.container("meetings").upsert(exclusion.body())


async def test_one_click_ends_messages_by_that_channel_and_looking_does_not(invited: Notifications) -> None:
    link, http = unsubscribe_link(invited), invited.platform.http
    page = await http.get(link)
    assert page.headers["content-type"].startswith("text/html")
    assert (await invited.invitee())["optedOut"] == []
    assert (await http.post(link, data=ONE_CLICK)).status_code == 200
    assert (await invited.invitee())["optedOut"] == ["email"]
    await invited.put_meeting("Monthly")
    await invited.settle()
    assert invited.subjects == ["Invitation: Weekly"]
    # The page has a way back.
    assert "resubscribe" in (await http.get(link)).text
    await http.post(link, content="resubscribe=1")
    assert (await invited.invitee())["optedOut"] == []


async def test_a_preference_link_that_does_not_hold_changes_nothing(invited: Notifications) -> None:
    link = unsubscribe_link(invited)
    for wrong in (link[:-4], link.replace("token=", "token=A"), f"{link.partition('=')[0]}="):
        assert (await invited.platform.http.post(wrong, data=ONE_CLICK)).status_code in (400, 401)
    assert (await invited.invitee())["optedOut"] == []


async def test_a_join_token_is_no_invitation(invited: Notifications) -> None:
    token = await invited.platform.token("eve", "weekly")
    assert (await exchange(invited, token)).status_code == 401
    answer = await invited.platform.http.post(
        "/sessions:join", json={}, headers=bearer(invitation_in(invited.sent[0].text))
    )
    assert answer.status_code == 401
