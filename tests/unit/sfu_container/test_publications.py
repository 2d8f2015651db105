"""Publishing and muting: what is allowed, and how fast the others are told."""

import pytest

from parley_protocol.control import ParticipantChanged, ParticipantLeft, Published
from parley_protocol.grants import Grants, MediaGrant, Role, Source
from parley_protocol.ids import new_id
from parley_protocol.wire import PublicationOffer, SignallingError
from sfu_container.errors import (
    NotAllowedError,
)
from tests.unit.sfu_container.fakes import CAMERA, World, join_message, later_offer, make_grant, publication_of
from tests.unit.sfu_container.offers import make_sdp, media_section, usual_offer, usual_sections


def test_publishing_later_is_answered_and_announced(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    world.control(ann, {"type": "publish", "requestId": "p1", "mid": "2", "source": "screen"})
    (published,) = world.link(ann).said(Published)
    assert (published.request_id, published.mid) == ("p1", "2")
    assert publication_of(world, ann, Source.SCREEN) == published.publication
    last = world.link(ben).said(ParticipantChanged)[-1].participant
    assert {p.source for p in last.publications} == {Source.CAMERA, Source.MICROPHONE, Source.SCREEN}


def test_publishing_the_same_twice_is_one_publication(world: World, ann: MediaGrant) -> None:
    for _ in range(2):
        world.control(ann, {"type": "publish", "requestId": "p1", "mid": "2", "source": "screen"})
    first, second = world.link(ann).said(Published)
    assert first.publication == second.publication


def test_another_source_on_an_m_line_takes_the_place_of_the_first(world: World, ann: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.control(ann, {"type": "publish", "requestId": "p1", "mid": "0", "source": "screen"})
    assert camera not in world.engine.publications
    assert publication_of(world, ann, Source.SCREEN) in world.engine.publications


def test_unpublishing_is_announced(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.control(ann, {"type": "unpublish", "publication": camera})
    assert camera not in world.engine.publications
    last = world.link(ben).said(ParticipantChanged)[-1].participant
    assert [p.source for p in last.publications] == [Source.MICROPHONE]


def test_muting_stops_forwarding_and_is_announced(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.control(ann, {"type": "mute", "publication": camera, "muted": True})
    assert world.engine.paused == {camera}
    assert world.link(ben).said(ParticipantChanged)[-1].participant.publications[0].muted
    world.node.tell_changes()
    world.control(ann, {"type": "mute", "publication": camera, "muted": False})
    assert world.engine.paused == set()
    assert world.engine.keyframes == [camera]
    assert not world.link(ben).said(ParticipantChanged)[-1].participant.publications[0].muted


def test_muting_twice_is_announced_once(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    before = len(world.link(ben).control)
    for _ in range(2):
        world.control(ann, {"type": "mute", "publication": camera, "muted": True})
    world.node.tell_changes()
    assert len(world.link(ben).control) == before + 1


def test_changes_in_quick_succession_are_told_as_the_state_that_they_lead_to(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    before = len(world.link(ben).said(ParticipantChanged))
    for muted in (True, False, True, False):
        world.control(ann, {"type": "mute", "publication": camera, "muted": muted})
    world.control(ann, {"type": "publish", "requestId": "p1", "mid": "2", "source": "screen"})
    (first,) = world.link(ben).said(ParticipantChanged)[before:]
    assert first.participant.publications[0].muted
    world.node.tell_changes()
    _, last = world.link(ben).said(ParticipantChanged)[before:]
    assert not last.participant.publications[0].muted
    assert Source.SCREEN in {publication.source for publication in last.participant.publications}
    world.node.tell_changes()
    assert len(world.link(ben).said(ParticipantChanged)) == before + 2


def test_one_who_changes_much_does_not_hold_up_what_another_changes(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    for muted in (True, False, True):
        camera = publication_of(world, ann, Source.CAMERA)
        world.control(ann, {"type": "mute", "publication": camera, "muted": muted})
    microphone = publication_of(world, ben, Source.MICROPHONE)
    world.control(ben, {"type": "mute", "publication": microphone, "muted": True})
    last = world.link(ann).said(ParticipantChanged)[-1].participant
    assert (last.participant, last.publications[0].muted) == (ben.sub, True)


def test_who_goes_is_told_at_once_and_nothing_of_them_afterwards(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    microphone = publication_of(world, ben, Source.MICROPHONE)
    for muted in (True, False):
        world.control(ben, {"type": "mute", "publication": microphone, "muted": muted})
    camera = publication_of(world, ann, Source.CAMERA)
    for muted in (True, False):
        world.control(ann, {"type": "mute", "publication": camera, "muted": muted})
    world.node.link_events.link_closed(ben.peer)
    assert isinstance(world.link(ann).control[-1], ParticipantLeft)
    before = len(world.link(ann).control)
    world.node.tell_changes()
    (own,) = world.link(ann).control[before:]
    assert isinstance(own, ParticipantChanged)
    assert own.participant.participant == ann.sub


def test_a_newer_peer_is_told_at_once_and_the_waiting_change_of_the_older_never(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    microphone = publication_of(world, ben, Source.MICROPHONE)
    for muted in (True, False):
        world.control(ben, {"type": "mute", "publication": microphone, "muted": muted})
    world.node.join(make_grant(session=ben.session, participant=ben.sub), join_message())
    told = world.link(ann).said(ParticipantChanged)
    assert told[-1].participant.publications == ()
    world.node.tell_changes()
    assert world.link(ann).said(ParticipantChanged) == told


def test_publications_change_no_faster_than_their_own_rate_and_the_layout_is_not_held_up(
    world: World, ann: MediaGrant
) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    for number in range(30):
        world.control(ann, {"type": "mute", "publication": camera, "muted": number % 2 == 0})
    assert world.node.refusals.counts == {"TooManyRequests": 20}
    assert {error.code for error in world.link(ann).said(SignallingError)} == {"TooManyRequests"}
    world.control(ann, {"type": "layout", "slots": [{"mid": "4", "publication": camera}]})
    assert world.engine.routes[f"{ann.peer}/4"] == (camera, 0, 0)
    world.clock.now += 1
    world.control(ann, {"type": "mute", "publication": camera, "muted": True})
    assert world.engine.paused == {camera}


def test_a_source_is_published_once(world: World, ann: MediaGrant) -> None:
    world.control(ann, {"type": "publish", "requestId": "p1", "mid": "2", "source": "camera"})
    (error,) = world.link(ann).said(SignallingError)
    assert (error.code, error.request_id) == ("NotAllowed", "p1")
    assert len(world.engine.publications) == 2
    world.control(ann, {"type": "unpublish", "publication": publication_of(world, ann, Source.CAMERA)})
    world.control(ann, {"type": "publish", "requestId": "p2", "mid": "2", "source": "camera"})
    assert [published.request_id for published in world.link(ann).said(Published)] == ["p2"]


def test_an_offer_that_publishes_a_source_twice_is_not_allowed_and_changes_nothing(
    world: World, ann: MediaGrant
) -> None:
    twice = PublicationOffer(mid="2", source=Source.CAMERA)
    with pytest.raises(NotAllowedError, match="camera already"):
        world.node.join(make_grant(session=ann.session), join_message(publications=[CAMERA, twice]))
    room = world.node.rooms.of_session(ann.session)
    assert room is not None
    before = dict(world.engine.publications)
    other = PublicationOffer(mid="1", source=Source.SCREEN_AUDIO)
    with pytest.raises(NotAllowedError, match="camera already"):
        room.entrance.offer(ann.sub, later_offer(ann, usual_offer(), (other, twice)))
    assert world.engine.publications == before


def test_a_source_may_move_when_its_m_line_stops_sending(world: World, ann: MediaGrant) -> None:
    room = world.node.rooms.of_session(ann.session)
    assert room is not None
    sections = usual_sections()
    sections[0] = media_section("0", "video", "inactive")
    moved = (PublicationOffer(mid="2", source=Source.CAMERA),)
    answered = room.entrance.offer(ann.sub, later_offer(ann, make_sdp(*sections), moved))
    assert ("2", Source.CAMERA) in {(p.mid, p.source) for p in answered.publications}


def test_a_track_published_muted_is_not_forwarded(world: World) -> None:
    grant = make_grant()
    muted = PublicationOffer(mid="1", source=Source.MICROPHONE, muted=True)
    joined = world.node.join(grant, join_message(publications=[muted]))
    assert world.engine.paused == {joined.publications[0].publication}


@pytest.mark.parametrize("message", ["mute", "unpublish"])
def test_nobody_mutes_or_unpublishes_for_another(world: World, ann: MediaGrant, ben: MediaGrant, message: str) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    world.control(ben, {"type": message, "publication": camera, "muted": True})
    assert [error.code for error in world.link(ben).said(SignallingError)] == ["PublicationNotFound"]
    assert camera in world.engine.publications
    assert world.engine.paused == set()


def test_publishing_what_the_grants_do_not_cover_is_not_allowed(world: World) -> None:
    grant = make_grant(grants=Grants(publish=(Source.CAMERA,)))
    world.node.join(grant, join_message())
    world.control(grant, {"type": "publish", "requestId": "p1", "mid": "2", "source": "screen"})
    (error,) = world.link(grant).said(SignallingError)
    assert (error.code, error.request_id) == ("NotAllowed", "p1")


def test_what_a_participant_may_no_longer_publish_ends_at_once(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    allowed = Grants(publish=(Source.MICROPHONE,))
    world.node.change_grants(ann.session, ann.sub, Role.VIEWER, allowed)
    assert camera not in world.engine.publications
    seen = world.link(ben).said(ParticipantChanged)[-1].participant
    assert (seen.role, [p.source for p in seen.publications]) == (Role.VIEWER, [Source.MICROPHONE])
    world.control(ann, {"type": "publish", "requestId": "p1", "mid": "0", "source": "camera"})
    assert world.link(ann).said(SignallingError)[-1].code == "NotAllowed"


def test_a_decision_holds_for_a_grant_that_was_signed_before(world: World, ann: MediaGrant) -> None:
    world.node.change_grants(ann.session, ann.sub, Role.VIEWER, Grants(publish=()))
    newer = ann.model_copy(update={"peer": new_id("peer")})
    with pytest.raises(NotAllowedError):
        world.node.join(newer, join_message(publications=[CAMERA]))
    joined = world.node.join(newer, join_message(publications=()))
    assert joined.roster[0].role is Role.VIEWER


def test_muting_all_spares_those_who_moderate(world: World, ann: MediaGrant) -> None:
    microphone = publication_of(world, ann, Source.MICROPHONE)
    world.node.change_grants(ann.session, ann.sub, Role.HOST, Grants(moderate=True))
    world.node.mute(ann.session, None, [Source.MICROPHONE])
    assert world.engine.paused == set()
    world.node.change_grants(ann.session, ann.sub, Role.ATTENDEE, Grants())
    world.node.mute(ann.session, None, [Source.MICROPHONE])
    assert world.engine.paused == {microphone}


def test_one_participant_is_muted_whatever_it_is(world: World, ann: MediaGrant) -> None:
    world.node.change_grants(ann.session, ann.sub, Role.HOST, Grants(moderate=True))
    world.node.mute(ann.session, ann.sub, [Source.CAMERA])
    assert world.engine.paused == {publication_of(world, ann, Source.CAMERA)}
