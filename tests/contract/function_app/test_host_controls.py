"""What moderators do to participants: roles, grants, muting, and who may do it."""

from typing import Any

import httpx
import pytest

from .support import FakeNode, Platform, bearer, eventually

Joined = dict[str, Any]


async def patch(platform: Platform, by: Joined, whom: Joined, **change: Any) -> httpx.Response:
    path = f"/sessions/{whom['session']['id']}/participants/{whom['participant']['id']}"
    return await platform.http.patch(path, json=change, headers=bearer(by["token"]))


@pytest.fixture
async def host(platform: Platform, node: FakeNode) -> Joined:
    return await platform.join("hilda", role="host")


@pytest.fixture
async def ann(platform: Platform, host: Joined) -> Joined:
    return await platform.join("ann")


async def heard(node: FakeNode, kind: str) -> dict[str, Any]:
    assert node.socket
    socket = node.socket
    await eventually(lambda: bool(socket.of_type(kind)))
    return socket.of_type(kind)[-1]


async def test_a_new_role_brings_its_grants_and_the_node_is_told(
    platform: Platform, node: FakeNode, host: Joined, ann: Joined
) -> None:
    answer = await patch(platform, host, ann, role="viewer")
    assert answer.json()["role"] == "viewer"
    assert answer.json()["grants"]["publish"] == []
    told = await heard(node, "changeGrants")
    assert (told["participant"], told["grants"]["publish"]) == (ann["participant"]["id"], [])


async def test_grants_of_its_own_come_back_with_the_former_role(platform: Platform, host: Joined) -> None:
    """Also where the settings leave less of them: what was given is shown beside what is left."""
    given = {"publish": ["microphone"], "subscribe": True, "chat": True, "moderate": False}
    await platform.call("PATCH", "/meetings/demo", json={"settings": {"mayChat": "hosts"}})
    ann = await platform.join("ann", grants=given)
    path = f"/sessions/{ann['session']['id']}/participants/{ann['participant']['id']}"
    before = (await platform.call("GET", path)).json()
    assert (before["granted"], before["grants"]) == (given, {**given, "chat": False})
    await patch(platform, host, ann, role="presenter")
    await patch(platform, host, ann, role=before["role"], grants=before["granted"])
    assert (await platform.call("GET", path)).json() == before


async def test_one_participant_is_shown_to_moderators_also_after_it_has_left(
    platform: Platform, host: Joined, ann: Joined
) -> None:
    await platform.leave(ann)
    path = f"/sessions/{ann['session']['id']}/participants/{ann['participant']['id']}"
    answer = await platform.http.get(path, headers=bearer(host["token"]))
    assert (answer.json()["presence"], answer.json()["leaveReason"]) == ("left", "left")
    assert (await platform.http.get(path, headers=bearer(ann["token"]))).status_code == 403
    unknown = await platform.call("GET", path[:-5] + "00000")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "ParticipantNotFound")


async def test_a_decision_outlives_joining_again(platform: Platform, host: Joined, ann: Joined) -> None:
    await patch(platform, host, ann, role="viewer")
    again = await platform.join("ann")
    assert again["participant"]["role"] == "viewer"
    assert again["participant"]["grants"]["publish"] == []
    await platform.leave(again)
    assert (await platform.join("ann"))["participant"]["role"] == "viewer"


async def test_a_co_host_moderates_from_then_on_and_no_longer_when_that_is_taken_back(
    platform: Platform, host: Joined, ann: Joined
) -> None:
    ben = await platform.join("ben")
    assert (await patch(platform, ann, ben, role="viewer")).status_code == 403
    await patch(platform, host, ann, role="coHost")
    assert (await patch(platform, ann, ben, role="viewer")).status_code == 200
    await patch(platform, host, ann, role="attendee")
    assert (await patch(platform, ann, ben, role="attendee")).status_code == 403


async def test_only_a_host_makes_and_changes_hosts(platform: Platform, host: Joined, ann: Joined) -> None:
    cole = await platform.join("cole", role="coHost")
    for whom, role in ((ann, "host"), (host, "attendee")):
        refused = await patch(platform, cole, whom, role=role)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "NotAllowed")
    assert (await patch(platform, host, ann, role="host")).status_code == 200


async def test_muting_reaches_the_node(platform: Platform, node: FakeNode, host: Joined, ann: Joined) -> None:
    await patch(platform, host, ann, mutedSources=["microphone"])
    told = await heard(node, "mutePublications")
    assert (told["participant"], told["sources"]) == (ann["participant"]["id"], ["microphone"])
    path = f"/sessions/{host['session']['id']}/participants:muteAll"
    assert (await platform.http.post(path, headers=bearer(ann["token"]))).status_code == 403
    assert (await platform.http.post(path, headers=bearer(host["token"]))).status_code == 204
    assert node.socket
    socket = node.socket
    await eventually(lambda: len(socket.of_type("mutePublications")) == 2)
    assert "participant" not in socket.of_type("mutePublications")[-1]


async def test_who_has_left_cannot_be_changed(platform: Platform, host: Joined, ann: Joined) -> None:
    await platform.leave(ann)
    answer = await patch(platform, host, ann, role="viewer")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ParticipantNotFound")
