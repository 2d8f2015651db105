"""A node's limits, deadlines, and that nothing of a Peer stays or spoils what others do."""

import logging

import pytest

from parley_protocol.control import ParticipantLeft, Roster, Slots
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import Source
from parley_protocol.nodes import PeerConnected, PeerLeft
from parley_protocol.signalling import Left
from parley_protocol.wire import PublicationOffer, SignallingError
from sfu_container.engine import DtlsReceived, IceConnected, IceLost, KeyframeTimeout, SlotChanged, SpeakersChanged
from sfu_container.errors import NodeDrainingError, NodeFullError, PeerNotFoundError
from sfu_container.node import NodeLimits
from sfu_container.spent_grants import GRANT_LIFE_SECONDS
from tests.unit.sfu_container.fakes import KEYS, World, join_message, make_grant

MICROPHONE = PublicationOffer(mid="1", source=Source.MICROPHONE)


def departures(world: World) -> list[tuple[str, str]]:
    return [(event.peer, event.reason) for event in world.reporter.events if isinstance(event, PeerLeft)]


def test_a_peer_that_never_connects_times_out() -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    world.clock.now += 29
    world.node.tick()
    assert world.node.rooms.peers == 1
    world.clock.now += 1
    world.node.tick()
    assert departures(world) == [(grant.peer, "timedOut")]
    assert world.mailbox.to(grant.sub, Left) == [Left(peer=grant.peer, reason=LeaveReason.TIMED_OUT)]


def test_a_silent_peer_has_the_grace_time_to_come_back() -> None:
    world = World()
    grant = world.enter(make_grant())
    world.clock.now += 3_600
    world.emit(IceLost(grant.peer))
    world.clock.now += 29
    world.emit(IceConnected(grant.peer, ("198.51.100.1", 5001), "udp"))
    world.clock.now += 3_600
    world.node.tick()
    assert world.node.rooms.peers == 1
    world.emit(IceLost(grant.peer))
    world.clock.now += 30
    world.node.tick()
    assert world.node.rooms.peers == 0


def test_losing_the_path_again_and_again_does_not_put_the_end_off() -> None:
    world = World()
    grant = world.enter(make_grant())
    world.emit(IceLost(grant.peer))
    world.clock.now += 20
    world.emit(IceLost(grant.peer))
    world.clock.now += 10
    world.node.tick()
    assert world.node.rooms.peers == 0


def test_a_failed_handshake_ends_the_peer_and_says_so() -> None:
    world = World()
    grant, other = make_grant(), make_grant()
    world.node.join(grant, join_message())
    world.node.join(other, join_message())
    world.node.link_events.link_failed(grant.peer)
    assert world.mailbox.to(grant.sub, Left) == [Left(peer=grant.peer, reason=LeaveReason.DTLS_FAILED)]
    assert world.node.rooms.sessions == (other.session,)


def test_a_closed_connection_is_a_leave() -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    world.node.link_events.link_closed(grant.peer)
    assert departures(world) == [(grant.peer, "left")]
    assert world.mailbox.sent == []


def test_everything_of_a_session_goes_with_it() -> None:
    world = World()
    grants = [make_grant(session=make_grant().session) for _ in range(1)]
    grants += [make_grant(session=grants[0].session) for _ in range(3)]
    for grant in grants:
        world.node.join(grant, join_message(publications=[MICROPHONE]))
        world.connect(grant)
    world.node.end_session(grants[0].session, LeaveReason.ENDED)
    assert world.engine.is_bare
    assert (world.node.rooms.peers, world.node.rooms.sessions) == (0, ())
    assert all(link.is_closed for link in world.links.links.values())
    assert [reason for _, reason in departures(world)] == ["ended"] * 4
    assert all(world.mailbox.to(g.sub, Left)[0].reason == "ended" for g in grants)


def test_the_control_plane_hears_of_each_connection_once() -> None:
    world = World()
    grant = world.enter(make_grant())
    world.emit(IceLost(grant.peer), IceConnected(grant.peer, ("198.51.100.1", 5001), "udp"))
    (event,) = world.reporter.events
    assert isinstance(event, PeerConnected)
    assert (event.session, event.participant, event.peer) == (grant.session, grant.sub, grant.peer)


def test_what_the_control_plane_hears_names_the_tenant_and_meeting_of_the_grant() -> None:
    world = World()
    grant = world.enter(make_grant())
    world.node.end_session(grant.session, LeaveReason.ENDED)
    assert [type(event) for event in world.reporter.events] == [PeerConnected, PeerLeft]
    assert {(event.tenant, event.meeting) for event in world.reporter.events} == {(grant.tenant, grant.meeting)}


def test_a_full_node_takes_nobody_but_those_it_has() -> None:
    world = World(limits=NodeLimits(peers=1))
    grant = make_grant()
    world.node.join(grant, join_message())
    with pytest.raises(NodeFullError):
        world.node.join(make_grant(), join_message())
    world.node.join(grant, join_message())
    assert world.node.rooms.sessions == (grant.session,)


def test_a_full_node_lets_a_participant_take_over_from_their_older_peer() -> None:
    world = World(limits=NodeLimits(peers=1))
    grant = make_grant()
    world.node.join(grant, join_message())
    world.node.join(make_grant(session=grant.session, participant=grant.sub), join_message())
    assert departures(world) == [(grant.peer, "replaced")]
    with pytest.raises(NodeFullError):
        world.node.join(make_grant(participant=grant.sub), join_message())
    assert world.node.rooms.peers == 1


def test_a_draining_node_takes_nobody() -> None:
    world = World()
    world.node.draining = True
    with pytest.raises(NodeDrainingError):
        world.node.join(make_grant(), join_message())
    assert world.node.rooms.sessions == ()


def test_a_grant_is_good_for_one_life() -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    world.node.link_events.link_closed(grant.peer)
    with pytest.raises(PeerNotFoundError):
        world.node.join(grant, join_message())


def test_nobody_comes_into_a_session_that_has_ended() -> None:
    world = World()
    grant = make_grant()
    world.node.end_session(grant.session, LeaveReason.ENDED)
    with pytest.raises(PeerNotFoundError):
        world.node.join(grant, join_message())
    world.clock.now += 200
    world.node.tick()
    world.node.join(grant, join_message())
    assert world.node.rooms.peers == 1


@pytest.mark.parametrize("reason", [LeaveReason.REMOVED, LeaveReason.BANNED])
@pytest.mark.parametrize("names_a_peer", [True, False])
@pytest.mark.parametrize("is_here", [True, False])
def test_who_was_removed_is_not_let_in_with_any_grant_that_is_still_about(
    reason: LeaveReason, names_a_peer: bool, is_here: bool
) -> None:
    world = World()
    grant = make_grant()
    other = make_grant(session=grant.session, participant=grant.sub)
    if is_here:
        world.node.join(grant, join_message())
    world.node.remove_participant(grant.session, grant.sub, grant.peer if names_a_peer else None, reason)
    assert world.node.rooms.peers == 0
    for late in (grant, other):
        with pytest.raises(PeerNotFoundError):
            world.node.join(late, join_message())
    world.node.join(make_grant(session=grant.session), join_message())
    world.node.join(make_grant(participant=grant.sub), join_message())
    world.clock.now += GRANT_LIFE_SECONDS
    world.node.tick()
    world.node.join(other, join_message())
    assert world.node.rooms.peers == 1


def test_who_left_by_the_api_may_come_back_but_not_with_the_peer_that_left() -> None:
    world = World()
    grant = make_grant()
    world.node.remove_participant(grant.session, grant.sub, grant.peer, LeaveReason.LEFT)
    with pytest.raises(PeerNotFoundError):
        world.node.join(grant, join_message())
    world.node.join(make_grant(session=grant.session, participant=grant.sub), join_message())
    assert world.node.rooms.peers == 1


def test_datagrams_reach_their_link_and_those_of_strangers_nobody() -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    world.emit(DtlsReceived("peer_unknown", b"x"), DtlsReceived(grant.peer, b"hello"))
    assert world.link(grant).received == [b"hello"]


def test_what_comes_late_for_a_peer_that_is_gone_is_ignored() -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    world.node.link_events.link_closed(grant.peer)
    world.emit(
        DtlsReceived(grant.peer, b"x"),
        IceConnected(grant.peer, ("198.51.100.1", 1), "tcp"),
        IceLost(grant.peer),
        SlotChanged(f"{grant.peer}/4", None, None),
        SpeakersChanged(grant.session, (), None),
        KeyframeTimeout("pub_gone"),
    )
    world.node.link_events.link_secured(grant.peer, KEYS)
    world.node.link_events.link_failed(grant.peer)
    world.node.link_events.control_opened(grant.peer)
    world.control(grant, {"type": "layout", "slots": []})
    world.node.send_dtls(grant.peer, b"late")
    assert world.engine.datagrams == []
    assert world.engine.is_bare


def test_a_bug_in_handling_one_event_does_not_keep_the_next_from_being_handled(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    grant, other = make_grant(), make_grant()
    for each in (grant, other):
        world.node.join(each, join_message())

    def broken(_: bytes) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(world.link(grant), "receive", broken)
    with caplog.at_level(logging.ERROR):
        world.emit(DtlsReceived(grant.peer, b"x"), DtlsReceived(other.peer, b"hello"))
    assert world.link(other).received == [b"hello"]
    assert "a bug" in caplog.text


def test_a_bug_while_a_session_ends_does_not_reach_who_ended_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())

    def broken(_: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(world.engine, "remove_peer", broken)
    world.node.end_session(grant.session, LeaveReason.ENDED)
    assert "a bug" in caplog.text
    assert world.node.rooms.sessions == ()


def test_a_bug_while_a_peer_ends_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())

    def broken(_: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(world.engine, "remove_peer", broken)
    world.node.link_events.link_closed(grant.peer)
    assert (world.node.rooms.peers, world.node.rooms.sessions) == (0, ())


@pytest.mark.parametrize(
    ("raw", "code", "request_id"),
    [
        ("{", "MalformedMessage", None),
        ("[]", "MalformedMessage", None),
        (b"\xff\xfe", "MalformedMessage", None),
        ('{"type": "dance", "requestId": "d1"}', "UnknownMessageType", "d1"),
        ('{"requestId": "d1"}', "UnknownMessageType", "d1"),
        ('{"type": "mute", "publication": "x"}', "MalformedMessage", None),
        ('{"type": "layout", "slots": [' + "{}," * 6_000 + "{}]}", "MessageTooLarge", None),
    ],
)
def test_a_bad_control_message_is_answered_with_its_code(raw: str | bytes, code: str, request_id: str | None) -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    world.node.link_events.control_received(grant.peer, raw)
    (error,) = world.link(grant).said(SignallingError)
    assert (error.code, error.request_id) == (code, request_id)
    assert world.node.refusals.counts == {code: 1}


def test_a_flood_of_control_messages_is_refused_and_not_answered_one_by_one() -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())
    for _ in range(1_000):
        world.control(grant, {"type": "dance"})
    codes = [error.code for error in world.link(grant).said(SignallingError)]
    assert len(codes) < 50
    assert world.node.refusals.counts["TooManyRequests"] > 900
    world.clock.now += 10
    world.control(grant, {"type": "dance"})
    assert world.link(grant).said(SignallingError)[-1].code == "UnknownMessageType"


def test_a_bug_in_handling_a_control_message_is_told_as_internal(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    grant = make_grant()
    world.node.join(grant, join_message())

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world.engine, "route", broken)
    world.control(grant, {"type": "layout", "slots": [{"mid": "4"}]})
    (error,) = world.link(grant).said(SignallingError)
    assert error.code == "Internal"
    assert "secret" not in error.message


def test_the_logs_name_who_came_and_went_and_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    grant = make_grant()
    with caplog.at_level(logging.DEBUG, logger="sfu_container"):
        world.node.join(grant, join_message(grant="the-secret-token"))
        world.connect(grant)
        world.node.link_events.link_closed(grant.peer)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in lines] == ["join", "connected", "leave"]
    assert all(grant.peer in line and grant.session in line and grant.sub in line for line in lines)
    assert "the-secret-token" not in caplog.text
    assert "ice-pwd" not in caplog.text


def test_the_events_of_many_peers_stay_with_their_peers() -> None:
    world = World()
    session = make_grant().session
    ann, ben = make_grant(session=session), make_grant(session=session)
    for grant in (ann, ben):
        world.node.join(grant, join_message())
        world.connect(grant)
    world.emit(SlotChanged(f"{ann.peer}/4", None, None))
    assert len(world.link(ann).said(Slots)) == 1
    assert world.link(ben).said(Slots) == []
    assert world.link(ben).said(Roster)
    assert world.link(ben).said(ParticipantLeft) == []
