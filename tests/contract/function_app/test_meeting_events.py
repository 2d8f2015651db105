"""What the change feed's events lead to."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from functools import partial

import aiohttp
import azure.functions as func
import pytest

from function_app.errors import StoreUnavailableError
from function_app.events.documents import Event
from function_app.process import process
from function_app.sessions.meeting_events import MeetingEvents
from function_app.triggers import meeting_changes as trigger

from .support import FakeNode, Platform, Socket, eventually


@pytest.fixture
async def client(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[Socket]:
    """Ann's socket in a session of the meeting `weekly`."""
    await platform.put_meeting("weekly")
    joined = await platform.join("ann", "weekly")
    socket = Socket(joined["signalling"]["url"], sockets)
    await socket.open()
    yield socket
    await socket.close()


@pytest.fixture
def feed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trigger uses the test's services."""
    monkeypatch.setattr(trigger, "process", platform.process)
    assert process is not platform.process


def has_heard_more(socket: Socket, kind: str, before: int) -> bool:
    return len(socket.of_type(kind)) > before


async def deliver(platform: Platform) -> None:
    """Hands everything in the meeting's partition to the change-feed function, as the host does."""
    container = platform.store.container("meetings")
    rows = await container.query((platform.tenant, "weekly"), "SELECT * FROM c")
    await trigger.meeting_changes(func.DocumentList([func.Document.from_dict(row) for row in rows]))


@pytest.mark.usefixtures("feed")
async def test_a_new_title_reaches_the_session(platform: Platform, client: Socket) -> None:
    await platform.put_meeting("weekly", "Another title")
    await deliver(platform)
    await eventually(lambda: bool(client.of_type("meetingUpdated")))
    [message] = client.of_type("meetingUpdated")
    assert message["title"] == "Another title"
    assert message["meeting"] == "weekly"


@pytest.mark.usefixtures("feed")
async def test_deleting_the_meeting_ends_its_session_for_everybody(
    platform: Platform, client: Socket, node: FakeNode
) -> None:
    await platform.call("DELETE", "/meetings/weekly")
    await deliver(platform)
    await eventually(lambda: bool(client.of_type("ended")))
    assert client.of_type("ended")[0]["reason"] == "ended"
    await eventually(lambda: bool(node.socket and node.socket.of_type("endSession")))
    [session] = await platform.documents("session", "weekly")
    assert session["endedOn"]
    assert await platform.documents("activeSession", "weekly") == []


@pytest.mark.usefixtures("feed")
async def test_how_people_left_an_ended_session_is_still_written_down(platform: Platform, node: FakeNode) -> None:
    await platform.put_meeting("weekly")
    joined = await platform.join("ann", "weekly")
    await node.tell("peerConnected", joined)
    await platform.call("DELETE", "/meetings/weekly")
    await deliver(platform)
    await node.tell("peerLeft", joined, reason="ended")
    [participant] = await platform.documents("participant", "weekly")
    assert (participant["presence"], participant["leaveReason"]) == ("left", "ended")


@pytest.mark.usefixtures("feed")
async def test_the_same_events_may_come_again(platform: Platform, client: Socket) -> None:
    await platform.call("DELETE", "/meetings/weekly")
    await deliver(platform)
    await deliver(platform)
    kinds = [event["kind"] for event in await platform.documents("event", "weekly")]
    assert kinds.count("session.ended") == 1


@pytest.mark.usefixtures("feed")
async def test_an_old_deletion_does_not_end_the_session_of_a_new_meeting(platform: Platform, client: Socket) -> None:
    await platform.call("DELETE", "/meetings/weekly")
    await deliver(platform)
    await platform.put_meeting("weekly")
    await platform.join("bob", "weekly")
    await deliver(platform)
    assert len(await platform.documents("activeSession", "weekly")) == 1


@pytest.mark.usefixtures("feed", "client")
async def test_an_event_that_cannot_be_read_does_not_hold_up_the_others(platform: Platform) -> None:
    broken = {"id": "evt_000000000000", "type": "event", "tenantId": platform.tenant, "meetingId": "weekly"}
    await platform.store.container("meetings").create(broken)
    await platform.call("DELETE", "/meetings/weekly")
    await deliver(platform)
    assert await platform.documents("activeSession", "weekly") == []


@pytest.mark.usefixtures("feed", "client")
@pytest.mark.parametrize(("failure", "comes_again"), [(LookupError("poison"), False), (StoreUnavailableError(), True)])
async def test_an_event_that_fails_does_not_hold_up_the_others_and_comes_again_if_that_helps(
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    comes_again: bool,
) -> None:
    handle = MeetingEvents.handle

    async def fail_for_the_first(service: MeetingEvents, event: Event) -> None:
        if event.sequence == 1:
            raise failure
        await handle(service, event)

    monkeypatch.setattr(MeetingEvents, "handle", fail_for_the_first)
    await platform.call("DELETE", "/meetings/weekly")
    with pytest.raises(StoreUnavailableError) if comes_again else nullcontext():
        await deliver(platform)
    assert await platform.documents("activeSession", "weekly") == []
    assert "id=evt_000000000001" in caplog.text


def test_a_batch_that_fails_is_delivered_until_it_succeeds() -> None:
    app = func.FunctionApp()
    app.register_functions(trigger.blueprint)
    [function] = app.get_functions()
    policy = function.get_settings_dict("retry_policy")
    assert policy
    assert (policy["strategy"], policy["max_retry_count"]) == ("exponential_backoff", "-1")


@pytest.mark.usefixtures("feed")
async def test_who_may_share_and_chat_changes_for_those_who_are_there_and_back(
    platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession
) -> None:
    await platform.put_meeting("weekly")
    ann = await platform.join("ann", "weekly")
    host = await platform.join("hilda", "weekly", role="host")
    client = Socket(ann["signalling"]["url"], sockets)
    await client.open()
    assert node.socket
    told = node.socket
    for audience, sources in (
        ("hosts", ["camera", "microphone"]),
        ("everyone", ann["participant"]["grants"]["publish"]),
    ):
        settings = {"mayShare": audience, "mayChat": audience}
        await platform.call("PATCH", "/meetings/weekly", json={"settings": settings})
        before = len(told.of_type("changeGrants"))
        await deliver(platform)
        await deliver(platform)
        await eventually(partial(has_heard_more, told, "changeGrants", before))
        change = told.of_type("changeGrants")[-1]
        assert change["participant"] == ann["participant"]["id"]
        assert (change["grants"]["publish"], change["grants"]["chat"]) == (sources, audience == "everyone")
    await eventually(lambda: len(client.of_type("grantsChanged")) == 2)
    assert len(told.of_type("changeGrants")) == 2
    assert host["participant"]["id"] not in {change["participant"] for change in told.of_type("changeGrants")}
    await client.close()


async def test_somebody_who_came_in_by_the_settings_of_before_is_found_by_the_sweep(
    platform: Platform, node: FakeNode
) -> None:
    ann = await platform.join("ann")
    await platform.call("PATCH", "/meetings/demo", json={"settings": {"mayChat": "hosts"}})
    await platform.services.sweep.run()
    [participant] = await platform.documents("participant")
    assert (participant["id"], participant["grants"]["chat"]) == (ann["participant"]["id"], False)
