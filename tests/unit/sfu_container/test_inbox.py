"""What is sent to a session's group: who may say it, and what is answered."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from parley_protocol.addresses import node_group
from parley_protocol.grants import MediaGrant
from parley_protocol.ids import new_id
from parley_protocol.signalling import Answered, Joined, Left
from parley_protocol.wire import SignallingError
from sfu_container.grants import GrantVerifier
from sfu_container.inbox import Inbox
from tests.unit.sfu_container.fakes import Signer, World, address_of, make_grant
from tests.unit.sfu_container.offers import usual_offer

NODE = new_id("nod")


@dataclass
class Signalled:
    """A node behind its inbox, and someone to talk to it."""

    world: World = field(default_factory=World)
    signer: Signer = field(default_factory=Signer)

    def __post_init__(self) -> None:
        verifier = GrantVerifier(NODE)
        verifier.update(self.signer.jwks)
        self.inbox = Inbox(self.world.node, verifier, self.world.mailbox, self.world.clock)

    def say(self, grant: MediaGrant, data: object) -> None:
        self.inbox.receive(node_group(grant.session), str(address_of(grant)), data)

    def command(self, session: str, data: object) -> None:
        """As the control plane: without a sender."""
        self.inbox.receive(node_group(session), None, data)

    def join(self, grant: MediaGrant, **changes: Any) -> None:
        token = self.signer.sign(grant)
        self.say(grant, {"type": "join", "requestId": "j1", "grant": token, "offer": usual_offer(), **changes})

    def errors(self, grant: MediaGrant) -> list[tuple[str, str | None]]:
        return [(e.code, e.request_id) for e in self.world.mailbox.to(grant.sub, SignallingError)]


@pytest.fixture
def signalled() -> Signalled:
    return Signalled()


@pytest.fixture
def ann(signalled: Signalled) -> MediaGrant:
    grant = make_grant(node=NODE)
    signalled.join(grant)
    return grant


def test_who_was_removed_does_not_come_back_with_a_grant_from_before(signalled: Signalled, ann: MediaGrant) -> None:
    command = {"type": "removePeer", "participant": ann.sub, "reason": "removed", "grantsUntil": ann.iat}
    signalled.command(ann.session, command)
    signalled.join(ann.model_copy(update={"peer": new_id("peer")}))
    assert signalled.errors(ann) == [("InvalidGrant", "j1")]


def test_a_join_with_a_good_grant_is_answered_in_the_mailbox(signalled: Signalled, ann: MediaGrant) -> None:
    (joined,) = signalled.world.mailbox.to(ann.sub, Joined)
    assert (joined.request_id, joined.peer) == ("j1", ann.peer)
    assert joined.answer.startswith("v=0")


def test_a_later_offer_is_answered(signalled: Signalled, ann: MediaGrant) -> None:
    signalled.say(ann, {"type": "offer", "requestId": "o1", "peer": ann.peer, "offer": usual_offer(ufrag="next")})
    (answered,) = signalled.world.mailbox.to(ann.sub, Answered)
    assert answered.request_id == "o1"


def test_an_offer_of_an_unknown_peer_is_answered_peer_not_found(signalled: Signalled, ann: MediaGrant) -> None:
    other = make_grant(node=NODE)
    signalled.say(ann, {"type": "offer", "requestId": "o1", "peer": new_id("peer"), "offer": usual_offer()})
    signalled.say(other, {"type": "offer", "requestId": "o2", "peer": other.peer, "offer": usual_offer()})
    assert signalled.errors(ann) == [("PeerNotFound", "o1")]
    assert signalled.errors(other) == [("PeerNotFound", "o2")]


def test_leave_is_not_answered(signalled: Signalled, ann: MediaGrant) -> None:
    before = len(signalled.world.mailbox.sent)
    signalled.say(ann, {"type": "leave", "peer": ann.peer})
    signalled.say(ann, {"type": "leave", "peer": ann.peer})
    assert len(signalled.world.mailbox.sent) == before
    assert signalled.world.node.rooms.peers == 0


@pytest.mark.parametrize(
    ("data", "code", "request_id"),
    [
        ("hello", "MalformedMessage", None),
        ([1, 2, 3], "MalformedMessage", None),
        (None, "MalformedMessage", None),
        (memoryview(b"binary"), "MalformedMessage", None),
        ({}, "UnknownMessageType", None),
        ({"type": "dance", "requestId": "d1"}, "UnknownMessageType", "d1"),
        ({"type": "leave"}, "MalformedMessage", None),
        ({"type": "leave", "peer": "x" * 300_000}, "MessageTooLarge", None),
        ({"type": "join", "requestId": "j\n2"}, "MalformedMessage", None),
        ({"type": "join", "requestId": "j2", "grant": "g", "offer": "\ud800"}, "MalformedMessage", "j2"),
        ({"type": "join", "requestId": "j2", "grant": "g", "offer": "x" * 200_001}, "MalformedMessage", "j2"),
        ({"type": "join", "requestId": "j2", "grant": "g", "offer": "v=0"}, "InvalidGrant", "j2"),
    ],
)
def test_a_bad_message_is_answered_with_its_code(
    signalled: Signalled, data: object, code: str, request_id: str | None
) -> None:
    grant = make_grant(node=NODE)
    signalled.say(grant, data)
    assert signalled.errors(grant) == [(code, request_id)]
    assert signalled.world.node.refusals.counts == {code: 1}
    assert signalled.world.engine.is_bare


def test_a_message_nested_too_deeply_is_malformed(signalled: Signalled) -> None:
    grant = make_grant(node=NODE)
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"type": deep}
    signalled.say(grant, deep)
    assert signalled.errors(grant) == [("MalformedMessage", None)]
    while deep:  # Python frees what is nested this deeply by recursion, and warns; so take it apart by hand.
        deep = deep["type"]


def test_the_field_that_is_wrong_is_named(signalled: Signalled) -> None:
    grant = make_grant(node=NODE)
    wrong = [{"mid": "0", "source": "dance"}]
    signalled.join(grant, publications=wrong)
    (error,) = signalled.world.mailbox.to(grant.sub, SignallingError)
    assert error.message.startswith("publications.0.source")


def test_an_offer_that_cannot_be_read_is_answered_invalid_offer(signalled: Signalled) -> None:
    grant = make_grant(node=NODE)
    signalled.join(grant, offer=usual_offer()[:200])
    assert signalled.errors(grant) == [("InvalidOffer", "j1")]


def test_a_participant_cannot_speak_as_the_control_plane(signalled: Signalled, ann: MediaGrant) -> None:
    mallory = make_grant(session=ann.session, node=NODE)
    signalled.say(mallory, {"type": "endSession", "session": ann.session})
    signalled.say(mallory, {"type": "removePeer", "participant": ann.sub, "reason": "removed"})
    assert [code for code, _ in signalled.errors(mallory)] == ["NotAllowed"] * 2
    assert signalled.world.node.rooms.peers == 1


def test_the_control_plane_removes_a_participant(signalled: Signalled, ann: MediaGrant) -> None:
    signalled.command(ann.session, {"type": "removePeer", "participant": ann.sub, "reason": "removed"})
    assert [left.reason for left in signalled.world.mailbox.to(ann.sub, Left)] == ["removed"]
    assert signalled.world.node.rooms.peers == 0


def test_who_was_removed_before_coming_is_told_that_the_grant_is_over(signalled: Signalled) -> None:
    grant = make_grant(node=NODE)
    signalled.command(grant.session, {"type": "removePeer", "participant": grant.sub, "reason": "banned"})
    signalled.join(grant)
    assert signalled.errors(grant) == [("PeerNotFound", "j1")]
    assert signalled.world.engine.is_bare


def test_the_control_plane_ends_a_session(signalled: Signalled, ann: MediaGrant) -> None:
    signalled.command(ann.session, {"type": "endSession", "session": new_id("ses")})
    assert signalled.world.node.rooms.peers == 1
    signalled.command(ann.session, {"type": "endSession", "session": ann.session})
    assert [left.reason for left in signalled.world.mailbox.to(ann.sub, Left)] == ["ended"]
    assert signalled.world.node.rooms.sessions == ()


@pytest.mark.parametrize("data", ["hello", {"type": "dance"}, {"type": "join"}, None])
def test_nonsense_from_the_control_plane_is_survived(signalled: Signalled, ann: MediaGrant, data: object) -> None:
    before = len(signalled.world.mailbox.sent)
    signalled.command(ann.session, data)
    assert len(signalled.world.mailbox.sent) == before
    assert signalled.world.node.rooms.peers == 1


def test_what_a_node_or_a_stranger_says_is_ignored(signalled: Signalled, ann: MediaGrant) -> None:
    end = {"type": "endSession", "session": ann.session}
    signalled.inbox.receive(node_group(ann.session), NODE, end)
    signalled.inbox.receive(f"s.{ann.session}", None, end)
    assert signalled.world.node.rooms.peers == 1


def test_a_flood_is_slowed_and_others_are_not(signalled: Signalled, ann: MediaGrant) -> None:
    mallory = make_grant(session=ann.session, node=NODE)
    for _ in range(300):
        signalled.say(mallory, {"type": "dance"})
    codes = [code for code, _ in signalled.errors(mallory)]
    assert "TooManyRequests" in codes
    assert len(codes) < 60
    ben = make_grant(session=ann.session, node=NODE)
    signalled.join(ben)
    assert signalled.world.mailbox.to(ben.sub, Joined)


@pytest.mark.parametrize(("kind", "answer"), [("join", "InvalidGrant"), ("offer", "PeerNotFound")])
def test_offers_are_slowed_more_than_other_messages(
    signalled: Signalled, ann: MediaGrant, kind: str, answer: str
) -> None:
    mallory = make_grant(session=ann.session, node=NODE)
    offer = {"type": kind, "requestId": "o1", "peer": mallory.peer, "grant": "forged", "offer": "v=0"}
    for _ in range(8):
        signalled.say(mallory, offer)
    codes = [code for code, _ in signalled.errors(mallory)]
    assert codes == [answer] * 5 + ["TooManyRequests"] * 3
    signalled.say(mallory, {"type": "leave", "peer": mallory.peer})
    assert len(signalled.errors(mallory)) == 8
    signalled.world.clock.now += 1
    signalled.say(mallory, offer)
    assert signalled.errors(mallory)[-1][0] == answer


def test_a_bug_in_one_message_is_told_and_does_not_stop_the_next(
    signalled: Signalled, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = make_grant(node=NODE)
    with monkeypatch.context() as patched:

        def broken(*_: object) -> None:
            raise RuntimeError("a bug")

        patched.setattr(signalled.world.engine, "add_peer", broken)
        signalled.join(grant)
    assert signalled.errors(grant) == [("Internal", "j1")]
    signalled.join(grant)
    assert signalled.world.mailbox.to(grant.sub, Joined)
