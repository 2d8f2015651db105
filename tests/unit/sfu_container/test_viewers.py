"""What a Peer without a control channel is shown, and how that follows what happens."""

from collections.abc import Sequence

import pytest

from parley_protocol.grants import MediaGrant, Source
from parley_protocol.ids import new_id
from parley_protocol.wire import PublicationOffer
from sfu_container.engine import IceLost, SpeakersChanged
from sfu_container.errors import ParticipantNotFoundError
from sfu_container.sdp import parse_offer
from sfu_container.viewers import View
from tests.unit.sfu_container.fakes import CAMERA, MICROPHONE, World, join_message, make_grant, publication_of
from tests.unit.sfu_container.offers import make_sdp, media_section

SESSION = new_id("ses")
ONE_OF_EACH = make_sdp(media_section("v", "video", "recvonly"), media_section("a", "audio", "recvonly"))


class Stage:
    """A session with people who publish, and viewers."""

    def __init__(self) -> None:
        self.world = World()

    def publisher(self, publications: Sequence[PublicationOffer] = (CAMERA, MICROPHONE), who: str = "") -> MediaGrant:
        grant = make_grant(SESSION, who)
        self.world.node.join(grant, join_message(publications=publications))
        self.world.connect(grant)
        return grant

    def viewer(self, participant: str | None = None) -> MediaGrant:
        grant = make_grant(SESSION)
        self.world.node.join_by_offer(grant, parse_offer(ONE_OF_EACH), (), View(participant))
        return grant

    def publication(self, grant: MediaGrant, source: Source) -> str:
        return publication_of(self.world, grant, source)

    def shown(self, viewer: MediaGrant, mid: str) -> str | None:
        """What was asked of the engine for one of the viewer's Slots; routes never asked for count as nothing."""
        return self.world.engine.routes.get(f"{viewer.peer}/{mid}", (None, 0, 0))[0]

    def speaks(self, grant: MediaGrant) -> None:
        microphone = self.publication(grant, Source.MICROPHONE)
        self.world.emit(SpeakersChanged(SESSION, ((microphone, 20),), microphone))
        self.world.node.tell_changes()

    def mutes(self, grant: MediaGrant, source: Source, muted: bool = True) -> None:
        self.world.control(grant, {"type": "mute", "publication": self.publication(grant, source), "muted": muted})
        self.world.node.tell_changes()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_viewer_of_the_meeting_sees_somebody_and_hears_the_speakers(stage: Stage) -> None:
    ann = stage.publisher()
    viewer = stage.viewer()
    assert stage.shown(viewer, "v") == stage.publication(ann, Source.CAMERA)
    assert stage.world.engine.speaking[viewer.peer] == SESSION
    assert stage.shown(viewer, "a") is None


def test_a_viewer_who_is_first_sees_whoever_comes(stage: Stage) -> None:
    viewer = stage.viewer()
    ann = stage.publisher()
    stage.world.node.tell_changes()
    assert stage.shown(viewer, "v") == stage.publication(ann, Source.CAMERA)


def test_the_picture_follows_who_speaks(stage: Stage) -> None:
    ann, ben = stage.publisher(), stage.publisher()
    viewer = stage.viewer()
    stage.speaks(ben)
    assert stage.shown(viewer, "v") == stage.publication(ben, Source.CAMERA)
    stage.speaks(ann)
    assert stage.shown(viewer, "v") == stage.publication(ann, Source.CAMERA)


def test_silence_changes_nothing(stage: Stage) -> None:
    stage.publisher()
    ben = stage.publisher()
    viewer = stage.viewer()
    stage.speaks(ben)
    stage.world.emit(SpeakersChanged(SESSION, (), None))
    stage.world.node.tell_changes()
    assert stage.shown(viewer, "v") == stage.publication(ben, Source.CAMERA)


def test_a_speaker_without_a_camera_leaves_the_picture_as_it_is(stage: Stage) -> None:
    stage.publisher()
    ben, mute_face = stage.publisher(), stage.publisher([MICROPHONE])
    viewer = stage.viewer()
    stage.speaks(ben)
    stage.speaks(mute_face)
    assert stage.shown(viewer, "v") == stage.publication(ben, Source.CAMERA)


def test_a_camera_that_goes_off_gives_way_to_another(stage: Stage) -> None:
    ann, ben = stage.publisher(), stage.publisher()
    viewer = stage.viewer()
    stage.speaks(ann)
    stage.mutes(ann, Source.CAMERA)
    assert stage.shown(viewer, "v") == stage.publication(ben, Source.CAMERA)
    stage.mutes(ann, Source.CAMERA, muted=False)
    assert stage.shown(viewer, "v") == stage.publication(ann, Source.CAMERA)


def test_who_is_not_heard_from_gives_way_to_another(stage: Stage) -> None:
    ann, ben = stage.publisher(), stage.publisher()
    viewer = stage.viewer()
    stage.speaks(ann)
    stage.world.emit(IceLost(ann.peer))
    stage.world.node.tell_changes()
    assert stage.shown(viewer, "v") == stage.publication(ben, Source.CAMERA)


def test_when_the_last_publisher_leaves_the_picture_is_empty(stage: Stage) -> None:
    ann = stage.publisher()
    viewer = stage.viewer()
    stage.world.node.link_events.link_closed(ann.peer)
    stage.world.node.tell_changes()
    assert stage.shown(viewer, "v") is None


def test_a_viewer_of_one_participant_sees_and_hears_nobody_else(stage: Stage) -> None:
    ann, ben = stage.publisher(), stage.publisher()
    viewer = stage.viewer(ben.sub)
    stage.speaks(ann)
    assert stage.shown(viewer, "v") == stage.publication(ben, Source.CAMERA)
    assert stage.shown(viewer, "a") == stage.publication(ben, Source.MICROPHONE)
    assert viewer.peer not in stage.world.engine.speaking


def test_a_viewer_of_one_participant_stays_with_it_when_it_comes_back(stage: Stage) -> None:
    stage.publisher()
    ben = stage.publisher()
    viewer = stage.viewer(ben.sub)
    again = stage.publisher(who=ben.sub)
    stage.world.node.tell_changes()
    assert stage.shown(viewer, "v") == stage.publication(again, Source.CAMERA)
    assert stage.shown(viewer, "a") == stage.publication(again, Source.MICROPHONE)


def test_who_is_not_there_cannot_be_viewed_and_nothing_is_left(stage: Stage) -> None:
    with pytest.raises(ParticipantNotFoundError):
        stage.viewer(new_id("par"))
    assert stage.world.engine.is_bare
    assert not stage.world.node.rooms.sessions


def test_a_steady_picture_is_asked_for_once(stage: Stage) -> None:
    stage.publisher()
    viewer = stage.viewer()
    stage.world.engine.routes.clear()
    for _ in range(10):
        stage.world.node.tell_changes()
    assert not stage.world.engine.routes
    stage.world.node.link_events.link_closed(viewer.peer)
    stage.world.node.tell_changes()
    assert not stage.world.engine.routes


def test_a_viewer_is_in_the_roster_and_publishes_nothing(stage: Stage) -> None:
    viewer = stage.viewer()
    room = stage.world.node.rooms.of_session(SESSION)
    assert room is not None
    assert [(one.participant, one.publications) for one in room.roster] == [(viewer.sub, ())]
