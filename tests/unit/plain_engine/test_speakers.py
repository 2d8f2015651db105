"""The loudest are heard, and nobody flutters in and out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sfu_container.engine import Encoding, SlotChanged, SpeakersChanged
from sfu_container.plain_engine.ranking import DOMINANCE_SECONDS, Dominance, Ranking
from tests.unit.plain_engine.packets import OPUS
from tests.unit.plain_engine.world import World


@pytest.fixture
def world() -> World:
    return World()


class Meeting:
    """Clients that all publish a microphone and hear others in `slots` audio Slots each."""

    def __init__(self, world: World, names: str, slots: int) -> None:
        self.world = world
        self.clients = {name: world.client(name) for name in names}
        self.sent = 0
        for name, client in self.clients.items():
            client.publish(f"mic-{name}", Encoding(ssrc=100), kind="audio")
            for number in range(slots):
                client.add_slot(f"{name}{number}", 900 + number, kind="audio", mid=f"a{number}")
            world.forwarder.route_speakers(name, "room", world.now)

    def talk(self, seconds: float, **levels: int | None) -> None:
        """Everyone named sends a packet every 20 ms; None is a client that tells no levels."""
        for _ in range(round(seconds / 0.02)):
            self.sent += 1
            for name, level in levels.items():
                self.clients[name].speak(100, self.sent, level)
            self.world.advance(0.02)

    def heard_by(self, name: str) -> set[str]:
        """Whose microphones the client's Slots carry."""
        peer = self.world.forwarder._peers[name]
        return {slot.wanted.id.removeprefix("mic-") for slot in peer.slots.values() if slot.wanted is not None}


def test_a_small_meeting_hears_everyone_but_oneself(world: World) -> None:
    meeting = Meeting(world, "abc", slots=3)
    meeting.talk(0.1, a=30, b=127, c=127)

    assert [meeting.heard_by(name) for name in "abc"] == [{"b", "c"}, {"a", "c"}, {"a", "b"}]
    assert {packet.ssrc for packet in meeting.clients["a"].rtp} == {900, 901}
    assert len(meeting.clients["a"].rtp) == 10


def test_in_a_small_meeting_nothing_ever_moves(world: World) -> None:
    meeting = Meeting(world, "abc", slots=2)
    meeting.talk(0.2, a=30, b=60, c=90)
    world.take_events(SlotChanged)
    for loudest in range(3):
        meeting.talk(1.0, **{name: 20 if place == loudest else 80 for place, name in enumerate("abc")})
    assert world.take_events(SlotChanged) == []


def test_the_loudest_are_heard_when_there_are_more_than_slots(world: World) -> None:
    meeting = Meeting(world, "abcd", slots=1)
    meeting.talk(1.0, a=70, b=70, c=30, d=70)

    assert [meeting.heard_by(name) for name in "abd"] == [{"c"}] * 3
    assert meeting.heard_by("c") != {"c"}


def test_a_voice_has_to_be_clearly_louder_to_take_a_slot(world: World) -> None:
    meeting = Meeting(world, "abc", slots=1)
    meeting.talk(1.0, a=80, b=40, c=80)
    assert meeting.heard_by("a") == {"b"}
    world.take_events(SlotChanged)

    meeting.talk(3.0, a=80, b=42, c=38)
    assert meeting.heard_by("a") == {"b"}
    assert [event for event in world.take_events(SlotChanged) if event.slot == "a0"] == []

    meeting.talk(2.0, a=80, b=60, c=30)
    assert meeting.heard_by("a") == {"c"}


def test_a_slot_that_changes_its_speaker_goes_on_without_a_gap(world: World) -> None:
    meeting = Meeting(world, "abc", slots=1)
    meeting.talk(1.0, a=80, b=30, c=80)
    meeting.talk(2.0, a=80, b=100, c=30)

    numbers = [packet.sequence_number for packet in meeting.clients["a"].rtp]
    assert [(number - numbers[0]) % (1 << 16) for number in numbers] == list(range(len(numbers)))
    times = [packet.timestamp for packet in meeting.clients["a"].rtp]
    steps = {(later - earlier) % (1 << 32) for earlier, later in pairwise(times)}
    assert max(steps) < 48_000


def test_nobody_is_heard_twice_when_the_one_who_takes_a_slot_is_not_sending_yet(world: World) -> None:
    meeting = Meeting(world, "abcd", slots=2)
    meeting.talk(1.0, a=80, b=30, c=40)
    world.forwarder.set_paused("mic-b", True, world.now)
    world.forwarder.set_paused("mic-b", False, world.now)
    meeting.clients["a"].take_media()
    meeting.talk(1.0, b=30)

    assert len({packet.ssrc for packet in meeting.clients["a"].rtp}) == 1


def test_a_slot_given_to_somebody_silent_stops_carrying_the_one_before(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("one", Encoding(ssrc=100), kind="audio", mid="1")
    ann.publish("two", Encoding(ssrc=200), kind="audio", mid="2")
    bob.add_slot("slot", 900, kind="audio")
    world.forwarder.route("slot", "one", 0, 0, world.now)
    ann.speak(100, 1, 30)
    world.forwarder.route("slot", "two", 0, 0, world.now)
    ann.speak(100, 2, 30)
    assert len(bob.rtp) == 1

    ann.speak(200, 1, 30)

    assert [event.publication for event in world.take_events(SlotChanged)] == ["one", None, "two"]


def test_clients_that_tell_no_levels_are_heard(world: World) -> None:
    meeting = Meeting(world, "abc", slots=1)
    meeting.talk(1.0, a=100, b=100, c=None)

    assert meeting.heard_by("a") == {"c"}
    assert [publication for publication, _ in world.take_events(SpeakersChanged)[-1].levels] == ["mic-c"]


def test_silence_without_levels_is_known_by_its_size(world: World) -> None:
    meeting = Meeting(world, "ab", slots=1)
    for number in range(50):
        meeting.clients["a"].speak(100, number, None, payload=b"\xf8\xff\xfe")
        world.advance(0.02)
    assert [event.levels for event in world.take_events(SpeakersChanged)] == []


def test_a_muted_microphone_frees_its_slot_at_once(world: World) -> None:
    meeting = Meeting(world, "abc", slots=1)
    meeting.talk(1.0, a=80, b=30, c=80)
    assert meeting.heard_by("a") == {"b"}

    world.forwarder.set_paused("mic-b", True, world.now)
    assert meeting.heard_by("a") == {"c"}
    world.forwarder.set_paused("mic-b", False, world.now)
    meeting.talk(1.0, a=80, b=30, c=80)

    assert meeting.heard_by("a") == {"b"}


def test_rooms_do_not_hear_each_other(world: World) -> None:
    meeting = Meeting(world, "abc", slots=2)
    world.forwarder.route_speakers("c", "elsewhere", world.now)
    assert [meeting.heard_by(name) for name in "abc"] == [{"b"}, {"a"}, set()]


def test_changes_are_told_at_most_five_times_a_second(world: World) -> None:
    meeting = Meeting(world, "ab", slots=1)
    times: list[float] = []
    for step in range(100):
        meeting.talk(0.04, a=20 + 40 * (step // 5 % 2), b=60 - 40 * (step // 5 % 2))
        times += [world.now for _ in world.take_events(SpeakersChanged)]

    assert len(times) > 5
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.199


def test_a_steady_voice_is_told_but_not_again_and_again(world: World) -> None:
    meeting = Meeting(world, "ab", slots=1)
    meeting.talk(2.0, a=30)
    world.take_events(SpeakersChanged)
    meeting.talk(2.0, a=30)
    assert world.take_events(SpeakersChanged) == []

    meeting.talk(2.0, b=127)

    last = world.take_events(SpeakersChanged)[-1]
    assert last.levels == ()


def test_speakers_are_told_loudest_first_with_who_dominates(world: World) -> None:
    meeting = Meeting(world, "abc", slots=1)
    meeting.talk(2.0, a=50, b=30, c=100)
    last = world.take_events(SpeakersChanged)[-1]

    assert [publication for publication, _ in last.levels] == ["mic-b", "mic-a"]
    assert [abs(level - said) <= 5 for (_, level), said in zip(last.levels, (30, 50), strict=True)] == [True, True]
    assert last.dominant == "mic-b"


def test_an_order_changes_only_by_a_clear_margin() -> None:
    ranking = Ranking()
    assert ranking.update({"a": 40, "b": 50}) == ["a", "b"]
    assert ranking.update({"a": 40, "b": 35}) == ["a", "b"]
    assert ranking.update({"a": 40, "b": 34}) == ["b", "a"]
    assert ranking.update({"a": 34, "b": 34, "c": 90, "d": 20}) == ["d", "b", "a", "c"]
    assert ranking.update({"c": 90}) == ["c"]


def test_the_floor_is_taken_by_whoever_is_louder_for_a_while() -> None:
    dominance = Dominance()
    assert dominance.update({"a": 127, "b": 127}, 0.0) is None
    assert dominance.update({"a": 40, "b": 127}, 1.0) == "a"
    assert dominance.update({"a": 40, "b": 20}, 2.0) == "a"
    assert dominance.update({"a": 40, "b": 40}, 2.0 + DOMINANCE_SECONDS) == "a"
    assert dominance.update({"a": 40, "b": 20}, 3.0) == "a"
    assert dominance.update({"a": 40, "b": 20}, 3.01 + DOMINANCE_SECONDS) == "b"
    assert dominance.update({"a": 127, "b": 127}, 9.0) == "b"
    assert dominance.update({"a": 127}, 10.0) is None


def test_a_client_without_a_shared_codec_hears_nothing(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("mic", Encoding(ssrc=100), kind="audio")
    bob.add_slot("slot", 900, kind="audio", codec=type(OPUS)(0, "PCMU", 8_000))
    for client in (ann, bob):
        world.forwarder.route_speakers(client.name, "room", world.now)
    ann.speak(100, 1, 30)
    assert bob.rtp == []


def test_a_paused_slot_gives_its_speaker_to_another(world: World) -> None:
    meeting = Meeting(world, "ab", slots=2)
    world.forwarder.set_paused("a0", True, world.now)
    meeting.talk(0.1, b=30)
    assert {packet.ssrc for packet in meeting.clients["a"].take_media()} == {901}

    world.forwarder.set_paused("a0", False, world.now)
    meeting.talk(0.1, b=30)

    assert {packet.ssrc for packet in meeting.clients["a"].take_media()} == {901}
