"""What participants of a session see of one another."""

import pytest

from parley_protocol.control import (
    Encodings,
    ParticipantChanged,
    ParticipantLeft,
    Roster,
    SlotRefusal,
    Slots,
    SlotState,
    Speakers,
)
from parley_protocol.errors import ErrorCode, LeaveReason
from parley_protocol.grants import Grants, MediaGrant, Source
from parley_protocol.ids import new_id
from parley_protocol.nodes import PeerConnected, PeerLeft
from parley_protocol.signalling import Left
from parley_protocol.wire import ParticipantStatus, PublicationOffer, SignallingError, SlotRequest
from sfu_container.engine import (
    CodecUnsupported,
    EncodingsWanted,
    IceConnected,
    IceLost,
    SlotChanged,
    SpeakersChanged,
)
from sfu_container.errors import (
    InvalidOfferError,
    MalformedMessageError,
    NotAllowedError,
    SlotNotFoundError,
    UnsupportedOfferError,
)
from tests.unit.sfu_container.fakes import CAMERA, KEYS, World, join_message, make_grant, publication_of
from tests.unit.sfu_container.offers import usual_offer


def test_joining_answers_with_slots_publications_and_everyone(world: World, ann: MediaGrant) -> None:
    grant = make_grant(session=ann.session, name="Ben")
    joined = world.node.join(grant, join_message(publications=[CAMERA]))
    assert joined.peer == grant.peer
    assert [(slot.mid, slot.kind) for slot in joined.slots] == [("3", "audio"), ("4", "video"), ("5", "video")]
    assert [(p.mid, p.source) for p in joined.publications] == [("0", Source.CAMERA)]
    assert [person.name for person in joined.roster] == ["Ann", "Ben"]
    assert joined.roster[1].status is ParticipantStatus.CONNECTING


def test_the_engine_knows_what_was_joined(world: World, ann: MediaGrant) -> None:
    engine = world.engine
    camera = publication_of(world, ann, Source.CAMERA)
    assert [encoding.rid for encoding in engine.publication_lines[camera].encodings] == ["q", "f"]
    assert set(engine.slots) == {f"{ann.peer}/3", f"{ann.peer}/4", f"{ann.peer}/5"}
    assert engine.speaking[ann.peer] == ann.session
    assert engine.srtp[ann.peer] == "AEAD_AES_128_GCM"
    assert world.link(ann).terms == (5000, 65_536)


def test_the_others_see_who_comes_connects_reconnects_and_goes(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    world.emit(IceLost(ben.peer))
    world.emit(IceConnected(ben.peer, ("198.51.100.1", 5001), "udp"))
    world.node.tell_changes()
    room = world.node.rooms.of_session(ann.session)
    assert room is not None
    room.leave(ben.sub, ben.peer)
    states = [m.participant for m in world.link(ann).said(ParticipantChanged) if m.participant.participant == ben.sub]
    assert [state.status for state in states] == ["connecting", "connected", "reconnecting", "connected"]
    assert [(m.participant, m.reason) for m in world.link(ann).said(ParticipantLeft)] == [(ben.sub, "left")]


def test_a_handshake_that_ends_before_ice_nominates_counts_as_connecting(world: World) -> None:
    grant = make_grant()
    world.node.join(grant, join_message())
    world.node.link_events.link_secured(grant.peer, KEYS)
    room = world.node.rooms.of_session(grant.session)
    assert room is not None
    statuses = [room.roster[0].status]
    world.emit(IceConnected(grant.peer, ("198.51.100.1", 5000), "udp"))
    statuses.append(room.roster[0].status)
    assert statuses == ["connecting", "connected"]
    assert [type(event) for event in world.reporter.events] == [PeerConnected]


def test_an_opened_control_channel_gets_roster_slots_and_speakers(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    microphone = publication_of(world, ben, Source.MICROPHONE)
    world.emit(
        SlotChanged(f"{ann.peer}/3", microphone, None), SpeakersChanged(ann.session, ((microphone, 20),), microphone)
    )
    link = world.link(ann)
    link.control.clear()
    world.node.link_events.control_opened(ann.peer)
    assert [person.name for person in link.said(Roster)[0].participants] == ["Ann", "Ben"]
    assert link.said(Slots)[0].slots[0].participant == ben.sub
    assert link.said(Speakers)[0].dominant == ben.sub


def test_a_big_roster_comes_in_pages(world: World, ann: MediaGrant) -> None:
    for number in range(150):
        world.node.join(make_grant(session=ann.session, name=f"P{number}"), join_message())
    world.link(ann).control.clear()
    world.node.link_events.control_opened(ann.peer)
    assert [(len(page.participants), page.more) for page in world.link(ann).said(Roster)] == [(100, True), (51, False)]


def test_a_newer_peer_replaces_the_older_and_nobody_leaves(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    again = make_grant(session=ann.session, participant=ann.sub)
    joined = world.node.join(again, join_message(publications=[CAMERA]))
    assert [person.participant for person in joined.roster].count(ann.sub) == 1
    assert world.mailbox.to(ann.sub, Left) == [Left(peer=ann.peer, reason=LeaveReason.REPLACED)]
    assert world.link(ben).said(ParticipantLeft) == []
    assert world.link(ann).is_closed
    assert ann.peer not in world.engine.peers
    assert world.node.rooms.peers == 2


def test_the_last_of_a_session_may_be_replaced(world: World, ann: MediaGrant) -> None:
    again = make_grant(session=ann.session, participant=ann.sub)
    world.node.join(again, join_message())
    assert world.node.rooms.sessions == (ann.session,)
    world.connect(again)
    assert world.link(again).said(Roster)


def test_the_same_join_twice_is_answered_twice_and_done_once(world: World) -> None:
    grant = make_grant()
    first = world.node.join(grant, join_message(publications=[CAMERA]))
    second = world.node.join(grant, join_message(publications=[CAMERA]))
    assert second.publications == first.publications
    assert ice_ufrag(second.answer) == ice_ufrag(first.answer)
    assert world.node.rooms.peers == 1
    assert world.engine.restarts == []


def ice_ufrag(answer: str) -> str:
    return next(line for line in answer.splitlines() if line.startswith("a=ice-ufrag:"))


def test_a_refused_join_leaves_nothing_behind(world: World) -> None:
    viewer = make_grant(grants=Grants(publish=()))
    with pytest.raises(NotAllowedError, match="camera"):
        world.node.join(viewer, join_message(publications=[CAMERA]))
    with pytest.raises(SlotNotFoundError):
        world.node.join(make_grant(), join_message(publications=[PublicationOffer(mid="9", source=Source.CAMERA)]))
    with pytest.raises(MalformedMessageError, match="microphone is audio"):
        world.node.join(make_grant(), join_message(publications=[PublicationOffer(mid="0", source=Source.MICROPHONE)]))
    with pytest.raises(InvalidOfferError):
        world.node.join(make_grant(), join_message(offer="v=0"))
    with pytest.raises(UnsupportedOfferError):
        world.node.join(make_grant(), join_message(offer=usual_offer().replace("VP8", "H266")))
    assert world.engine.is_bare
    assert (world.node.rooms.peers, world.node.rooms.sessions) == (0, ())
    assert all(link.is_closed for link in world.links.links.values())


def test_a_viewer_may_join_with_send_lines_and_publishes_nothing(world: World) -> None:
    joined = world.node.join(make_grant(grants=Grants(publish=())), join_message())
    assert joined.publications == ()
    assert len(joined.slots) == 3


def test_the_first_layout_is_applied_and_may_name_what_is_gone(world: World, ann: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    layout = [
        SlotRequest(mid="4", publication=camera, max_height=180, priority=7),
        SlotRequest(mid="5", publication=new_id("pub")),
        SlotRequest(mid="99", publication=camera),
    ]
    grant = make_grant(session=ann.session)
    world.node.join(grant, join_message(layout=layout))
    assert world.engine.routes == {f"{grant.peer}/4": (camera, 180, 7)}


def test_layout_routes_and_empties_video_slots(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.control(ben, {"type": "layout", "slots": [{"mid": "4", "publication": camera, "maxHeight": 360}]})
    assert world.engine.routes[f"{ben.peer}/4"] == (camera, 360, 0)
    world.control(ben, {"type": "layout", "slots": [{"mid": "4"}]})
    assert world.engine.routes[f"{ben.peer}/4"] == (None, 0, 0)


def test_layout_does_what_it_can_and_names_what_it_cannot(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    slots = [
        {"mid": "3", "publication": camera},
        {"mid": "5", "publication": new_id("pub")},
        {"mid": "4", "publication": camera},
    ]
    world.control(ben, {"type": "layout", "slots": slots})
    assert list(world.engine.routes) == [f"{ben.peer}/4"]
    assert [error.code for error in world.link(ben).said(SignallingError)] == ["SlotNotFound"]


def test_a_publisher_is_told_which_encodings_are_worth_sending(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.emit(EncodingsWanted(ann.peer, camera, (("q", True), ("h", True), ("f", False))))
    (told,) = world.link(ann).said(Encodings)
    assert told.publication == camera
    assert [(encoding.rid, encoding.active) for encoding in told.encodings] == [("q", True), ("h", True), ("f", False)]
    assert world.link(ben).said(Encodings) == []


def test_what_is_worth_sending_is_told_again_when_the_control_channel_opens(world: World, ann: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.emit(
        EncodingsWanted(ann.peer, camera, (("q", True), ("h", False), ("f", False))),
        EncodingsWanted(ann.peer, camera, (("q", False), ("h", False), ("f", False))),
    )
    world.link(ann).control.clear()
    world.node.link_events.control_opened(ann.peer)
    (told,) = world.link(ann).said(Encodings)
    assert [encoding.active for encoding in told.encodings] == [False, False, False]


def test_encodings_of_a_publication_or_peer_that_is_gone_are_told_to_nobody(world: World, ann: MediaGrant) -> None:
    world.emit(EncodingsWanted(ann.peer, new_id("pub"), ((None, False),)))
    world.emit(EncodingsWanted(new_id("peer"), new_id("pub"), ((None, False),)))
    assert world.link(ann).said(Encodings) == []


def test_slot_changes_are_told_to_their_peer_in_one_message(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    microphone = publication_of(world, ann, Source.MICROPHONE)
    world.emit(SlotChanged(f"{ben.peer}/4", camera, "q"), SlotChanged(f"{ben.peer}/3", microphone, None))
    (message,) = world.link(ben).said(Slots)
    assert [(s.mid, s.publication, s.participant, s.rid) for s in message.slots] == [
        ("4", camera, ann.sub, "q"),
        ("3", microphone, ann.sub, None),
    ]
    assert world.link(ann).said(Slots) == []


def test_a_slot_of_a_publication_that_is_gone_is_told_as_empty(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    world.emit(SlotChanged(f"{ben.peer}/4", new_id("pub"), "q"))
    assert world.link(ben).said(Slots)[0].slots[0].publication is None


def test_a_codec_that_a_viewer_cannot_decode_is_told_as_an_empty_slot_with_its_reason(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.emit(CodecUnsupported(f"{ben.peer}/4", camera, "AV1"))
    world.node.link_events.control_opened(ben.peer)
    at_once, when_opened = world.link(ben).said(Slots)
    refusal = SlotRefusal(publication=camera, code=ErrorCode.CODEC_UNSUPPORTED, codec="AV1")
    assert at_once.slots == when_opened.slots == (SlotState(mid="4", refusal=refusal),)
    world.emit(SlotChanged(f"{ben.peer}/4", None, None))
    assert world.link(ben).said(Slots)[-1].slots == (SlotState(mid="4"),)


def test_speakers_are_told_by_participant_loudest_first(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    quiet, loud = publication_of(world, ann, Source.MICROPHONE), publication_of(world, ben, Source.MICROPHONE)
    world.emit(SpeakersChanged(ann.session, ((loud, 10), (quiet, 40), (new_id("pub"), 50)), loud))
    (speakers,) = world.link(ann).said(Speakers)
    assert [(s.participant, s.level) for s in speakers.speakers] == [(ben.sub, 10), (ann.sub, 40)]
    assert speakers.dominant == ben.sub
    assert world.link(ben).said(Speakers) == [speakers]


def test_nobody_leaves_for_another(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    room = world.node.rooms.of_session(ann.session)
    assert room is not None
    room.leave(ben.sub, ann.peer)
    assert world.node.rooms.peers == 2


def test_removing_another_peer_than_the_present_one_does_nothing(world: World, ann: MediaGrant) -> None:
    room = world.node.rooms.of_session(ann.session)
    assert room is not None
    room.remove_participant(ann.sub, new_id("peer"), LeaveReason.REMOVED)
    assert world.node.rooms.peers == 1
    room.remove_participant(ann.sub, None, LeaveReason.BANNED)
    assert world.mailbox.to(ann.sub, Left) == [Left(peer=ann.peer, reason=LeaveReason.BANNED)]
    assert [event.reason for event in world.reporter.events if isinstance(event, PeerLeft)] == [LeaveReason.BANNED]
