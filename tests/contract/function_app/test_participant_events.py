"""Coming into a session and leaving it are events: once each, however people reload and reconnect."""

import asyncio
from typing import Any

from function_app import wiring
from parley_protocol.nodes import PeerConnected

from .support import FakeNode, Platform

MANY = 24


async def told(platform: Platform) -> list[tuple[str, str]]:
    """The events about participants, in order: which, and about which user."""
    events = sorted(await platform.documents("event"), key=lambda event: int(event["sequence"]))
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    [meeting] = await platform.documents("meeting")
    assert meeting["eventSequence"] == len(events)
    return [(event["kind"], event["data"]["user"]) for event in events if event["kind"].startswith("participant.")]


async def test_a_participant_has_joined_when_it_has_media_and_left_when_it_goes(
    platform: Platform, node: FakeNode
) -> None:
    ann = await platform.join("ann", role="host")
    assert await told(platform) == []
    await node.tell("peerConnected", ann)
    assert await told(platform) == [("participant.joined", "ann")]
    await node.tell("peerLeft", ann, reason="timedOut")
    assert await told(platform) == [("participant.joined", "ann"), ("participant.left", "ann")]
    events = {event["kind"]: event["data"] for event in await platform.documents("event")}
    who = {"participant": ann["participant"]["id"], "user": "ann", "name": "Ann", "role": "host"}
    assert events["participant.joined"] == {"session": ann["session"]["id"], **who}
    assert events["participant.left"] == {"session": ann["session"]["id"], **who, "reason": "timedOut"}


async def test_what_a_node_says_again_is_no_event(platform: Platform, node: FakeNode) -> None:
    ann = await platform.join("ann")
    for _ in range(2):
        await node.tell("peerConnected", ann)
    for _ in range(2):
        await node.tell("peerLeft", ann, reason="left")
    assert len(await told(platform)) == 2


async def test_a_reload_is_no_event(platform: Platform, node: FakeNode) -> None:
    first = await platform.join("ann")
    await node.tell("peerConnected", first)
    second = await platform.join("ann")
    await node.tell("peerLeft", first, reason="replaced")
    third = await platform.join("ann")
    await node.tell("peerConnected", third)
    await node.tell("peerLeft", second, reason="left")
    assert await told(platform) == [("participant.joined", "ann")]
    await platform.leave(third)
    assert await told(platform) == [("participant.joined", "ann"), ("participant.left", "ann")]


async def test_one_that_comes_back_has_joined_again(platform: Platform, node: FakeNode) -> None:
    for _ in range(2):
        joined = await platform.join("ann")
        await node.tell("peerConnected", joined)
        await platform.leave(joined)
    assert [kind for kind, _ in await told(platform)] == ["participant.joined", "participant.left"] * 2


async def test_one_that_never_had_media_was_not_there(platform: Platform, node: FakeNode) -> None:
    await platform.leave(await platform.join("ann"))
    await platform.join("bob")
    platform.clock.advance(61)
    await platform.services.sweep.run()
    assert await platform.presence() == {"ann": "left", "bob": "left"}
    assert await told(platform) == []


async def test_many_at_once_in_two_processes_are_counted_without_a_gap(platform: Platform, node: FakeNode) -> None:
    joined = [await platform.join(f"user-{number}") for number in range(MANY)]
    other = wiring.build(platform.settings, platform.clock)

    def connected(one: dict[str, Any]) -> PeerConnected:
        return PeerConnected.model_validate(node.event("peerConnected", one))

    try:
        await asyncio.gather(
            platform.services.presence.apply(node.id, map(connected, joined[::2])),
            other.presence.apply(node.id, map(connected, joined[1::2])),
            *(platform.put_meeting("demo", f"Title {number}") for number in range(3)),
        )
    finally:
        await other.close()
    assert {user for _, user in await told(platform)} == {f"user-{number}" for number in range(MANY)}
    assert len(await told(platform)) == MANY
