"""Chat: from a client's Web PubSub event to everybody, and to the history."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest

from .support import FakeNode, Platform, Socket, bearer, eventually


class Person:
    """Somebody in the demo meeting with an open socket."""

    def __init__(self, platform: Platform, joined: dict[str, Any], socket: Socket) -> None:
        self.platform = platform
        self.joined = joined
        self.socket = socket

    @property
    def heard(self) -> list[str]:
        return [message["text"] for message in self.socket.of_type("chat")]

    def has_heard(self, count: int) -> bool:
        return len(self.heard) == count

    async def error(self) -> dict[str, Any]:
        """The first error that came to the mailbox."""
        await eventually(lambda: bool(self.socket.of_type("error")))
        return self.socket.of_type("error")[0]

    async def history(self, query: str = "") -> dict[str, Any]:
        path = f"/meetings/demo/messages{query}"
        answer = await self.platform.http.get(path, headers=bearer(self.joined["token"]))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


async def enter(platform: Platform, sockets: aiohttp.ClientSession, user: str, **more: Any) -> Person:
    joined = await platform.join(user, **more)
    socket = Socket(joined["signalling"]["url"], sockets)
    await socket.open()
    return Person(platform, joined, socket)


@pytest.fixture
async def ann(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[Person]:
    person = await enter(platform, sockets, "ann")
    yield person
    await person.socket.close()


@pytest.fixture
async def bob(platform: Platform, node: FakeNode, sockets: aiohttp.ClientSession) -> AsyncIterator[Person]:
    person = await enter(platform, sockets, "bob")
    yield person
    await person.socket.close()


async def test_everybody_hears_a_message(ann: Person, bob: Person) -> None:
    await ann.socket.chat("hello", "c1")
    for person in (ann, bob):
        await eventually(partial(person.has_heard, 1))
        assert person.heard == ["hello"]
    [message] = bob.socket.of_type("chat")
    assert message["group"] == f"s.{ann.joined['session']['id']}"
    assert message["participant"] == ann.joined["participant"]["id"]
    assert message["name"] == "Ann"
    assert message["clientId"] == "c1"


async def test_the_history_has_what_was_said_newest_last(ann: Person, bob: Person) -> None:
    for number in range(3):
        await ann.socket.chat(f"message {number}", f"c{number}")
        await eventually(partial(bob.has_heard, number + 1))
    history = await bob.history()
    assert [message["text"] for message in history["value"]] == ["message 0", "message 1", "message 2"]
    assert "nextLink" not in history


async def test_what_was_said_is_kept_for_a_year(platform: Platform, ann: Person) -> None:
    await ann.socket.chat("hello", "c1")
    await eventually(partial(ann.has_heard, 1))
    [message] = await platform.documents("chatMessage")
    assert message["ttl"] == timedelta(days=365).total_seconds()


async def test_the_history_comes_in_pages_from_the_newest(ann: Person) -> None:
    for number in range(5):
        await ann.socket.chat(str(number), f"c{number}")
        await eventually(partial(ann.has_heard, number + 1))
    pages = []
    query = "?maxpagesize=2"
    while query:
        page = await ann.history(query)
        pages.append([message["text"] for message in page["value"]])
        query = "?" + page["nextLink"].partition("?")[2] if "nextLink" in page else ""
    assert pages == [["3", "4"], ["1", "2"], ["0"]]


async def test_the_tenant_may_read_the_history_too(platform: Platform, ann: Person) -> None:
    await ann.socket.chat("hello", "c1")
    await eventually(lambda: ann.heard == ["hello"])
    answer = await platform.call("GET", "/meetings/demo/messages")
    assert [message["text"] for message in answer.json()["value"]] == ["hello"]


async def test_a_repeat_is_stored_once_and_shown_to_its_sender_alone(ann: Person, bob: Person) -> None:
    await ann.socket.chat("hello", "c1")
    await eventually(lambda: ann.heard == ["hello"])
    await ann.socket.chat("hello", "c1")
    await eventually(lambda: len(ann.heard) == 2)
    first, second = ann.socket.of_type("chat")
    assert second["group"] == f"p.{ann.joined['participant']['id']}"
    assert {**first, "group": ""} == {**second, "group": ""}
    assert len((await ann.history())["value"]) == 1
    await ann.socket.chat("a later message", "c2")
    await eventually(lambda: "a later message" in bob.heard)
    assert bob.heard == ["hello", "a later message"]


@pytest.mark.parametrize(
    "data",
    [
        {"text": "", "clientId": "c1"},
        {"text": "   ", "clientId": "c1"},
        {"text": "x" * 4001, "clientId": "c1"},
        {"text": "hello"},
        {"text": "hello", "clientId": "c 1"},
        {"text": 7, "clientId": "c1"},
        [],
        "hello",
        7,
        None,
    ],
)
async def test_a_malformed_message_is_refused_to_its_sender(ann: Person, bob: Person, data: object) -> None:
    await ann.socket.send({"type": "event", "event": "chat", "dataType": "json", "data": data})
    error = await ann.error()
    assert error["code"] == "MalformedMessage"
    assert error["group"] == f"p.{ann.joined['participant']['id']}"
    await ann.socket.chat("still here", "c2")
    await eventually(lambda: bob.heard == ["still here"])


async def test_text_of_the_greatest_length_is_taken(ann: Person) -> None:
    await ann.socket.chat("x" * 4000, "c1")
    await eventually(lambda: ann.heard == ["x" * 4000])


async def test_an_event_that_is_not_known_is_answered(ann: Person) -> None:
    await ann.socket.send({"type": "event", "event": "dance", "dataType": "json", "data": {}})
    assert (await ann.error())["code"] == "UnknownMessageType"


async def test_who_may_not_chat_is_told_so(platform: Platform, sockets: aiohttp.ClientSession, ann: Person) -> None:
    eve = await enter(platform, sockets, "eve", grants={"chat": False})
    await eve.socket.chat("hello", "c1")
    error = await eve.error()
    assert (error["code"], error["requestId"]) == ("NotAllowed", "c1")
    await ann.socket.chat("a later message", "c2")
    await eventually(lambda: "a later message" in ann.heard)
    assert ann.heard == ["a later message"]
    await eve.socket.close()


async def test_who_has_left_cannot_chat(platform: Platform, ann: Person, bob: Person) -> None:
    await platform.leave(ann.joined)
    await ann.socket.chat("one more thing", "c1")
    assert (await ann.error())["code"] == "NotAllowed"
    await bob.socket.chat("a later message", "c2")
    await eventually(lambda: "a later message" in bob.heard)
    assert bob.heard == ["a later message"]


async def test_too_many_messages_are_refused_each_by_its_name(ann: Person) -> None:
    for number in range(15):
        await ann.socket.chat(str(number), f"c{number}")
    error = await ann.error()
    assert error["code"] == "TooManyRequests"
    assert error["requestId"] in {f"c{number}" for number in range(15)}
    await eventually(lambda: len(ann.heard) >= 10)
    assert len(ann.heard) < 15


async def test_the_history_needs_a_credential(platform: Platform) -> None:
    assert (await platform.http.get("/meetings/demo/messages")).status_code == 401


async def test_a_new_meeting_does_not_show_what_was_said_in_a_deleted_one_with_its_id(
    platform: Platform, ann: Person
) -> None:
    await ann.socket.chat("a secret", "c1")
    await eventually(lambda: ann.heard == ["a secret"])
    await platform.call("DELETE", "/meetings/demo")
    await platform.put_meeting("demo")
    assert (await platform.call("GET", "/meetings/demo/messages")).json()["value"] == []


@pytest.mark.parametrize("query", ["?maxpagesize=0", "?maxpagesize=201", "?continuationToken=AAAA"])
async def test_a_senseless_page_is_refused(platform: Platform, query: str) -> None:
    assert (await platform.call("GET", f"/meetings/demo/messages{query}")).status_code == 400


async def test_a_flood_of_events_is_not_answered_one_by_one(platform: Platform, ann: Person) -> None:
    platform.webpubsub_server.requests.clear()
    for _ in range(200):
        await ann.socket.send({"type": "event", "event": "nonsense", "dataType": "json", "data": {}})
    await ann.socket.chat("still here", "c1")
    await eventually(lambda: "still here" in ann.heard)
    answers = [request for request in platform.webpubsub_server.requests if ":send" in request]
    assert len(answers) < 100
