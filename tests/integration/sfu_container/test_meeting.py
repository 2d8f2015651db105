"""A meeting of real clients through a whole node."""

from parley_protocol.grants import Grants
from parley_protocol.nodes import PeerConnected, PeerLeft
from tests.integration.sfu_container.conftest import Enter
from tests.integration.sfu_container.harness import Site
from tests.integration.sfu_container.participant import Participant
from tests.support.waiting import eventually


async def two_meet(enter: Enter) -> tuple[Participant, Participant]:
    ann, ben = await enter("Ann"), await enter("Ben")
    for one in (ann, ben):
        await one.join()
        await one.is_connected()
    return ann, ben


async def test_they_see_and_hear_each_other(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    await eventually(lambda: {p["status"] for p in ann.roster.values()} == {"connected"}, "Ann sees both connected")
    assert set(ann.roster) == {ann.id, ben.id}
    video = ben.slot("video")
    ben.ask({"type": "layout", "slots": [{"mid": video, "publication": ann.publication("camera"), "maxHeight": 360}]})
    await eventually(lambda: ben.frames.get(video, 0) >= 5, "Ben decodes frames of Ann")

    def told_of_slot() -> bool:
        changes = [slot for message in ben.heard("slots") for slot in message["slots"]]
        return any((s["mid"], s.get("participant")) == (video, ann.id) for s in changes)

    await eventually(told_of_slot, "Ben is told whom the slot shows")
    audio = [slot["mid"] for slot in ben.joined["slots"] if slot["kind"] == "audio"]
    await eventually(lambda: any(ben.frames.get(mid, 0) >= 10 for mid in audio), "Ben decodes sound of Ann")


async def test_muting_stops_the_picture_and_is_told(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    video, camera = ben.slot("video"), ann.publication("camera")
    ben.ask({"type": "layout", "slots": [{"mid": video, "publication": camera}]})
    await eventually(lambda: ben.frames.get(video, 0) >= 3, "Ben decodes frames of Ann")
    ann.ask({"type": "mute", "publication": camera, "muted": True})

    def is_muted() -> bool:
        states = ben.roster[ann.id]["publications"]
        return any(state["publication"] == camera and state["muted"] for state in states)

    await eventually(is_muted, "Ben is told that Ann is muted")
    ann.ask({"type": "mute", "publication": camera, "muted": False})
    before = ben.frames[video]
    await eventually(lambda: ben.frames[video] >= before + 5, "the picture comes back")


async def test_leaving_is_told_and_leaves_nothing(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    await ben.leave()
    await eventually(lambda: ben.id not in ann.roster, "Ann is told that Ben left")
    assert ann.heard("participantLeft")[-1]["reason"] == "left"
    await ann.leave()
    await site.is_empty()

    def reported() -> bool:
        events = site.control_plane.events
        connected = {event.peer for event in events if isinstance(event, PeerConnected)}
        left = {event.peer for event in events if isinstance(event, PeerLeft)}
        return connected == left == {ann.grant.peer, ben.grant.peer}

    await eventually(reported, "the control plane knows")


async def test_a_client_that_closes_its_connection_has_left(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    await ben.pc.close()
    await eventually(lambda: ben.id not in ann.roster, "Ann is told that Ben left")


async def test_joining_again_is_one_participant_and_the_old_one_hears_of_it(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    again = await enter("Ben", participant=ben.id)
    await again.join()
    await again.is_connected()
    assert len(again.roster) == 2
    await ben.is_told({"type": "left", "peer": ben.grant.peer, "reason": "replaced"})
    assert ann.heard("participantLeft") == []
    assert site.health()["peers"] == 2


async def test_a_viewer_sees_and_publishes_nothing(site: Site, enter: Enter) -> None:
    ann = await enter("Ann")
    await ann.join()
    await ann.is_connected()
    viewer = await enter("Vic", grants=Grants(publish=()))
    await viewer.join(publish=False)
    await viewer.is_connected()
    video = viewer.slot("video")
    viewer.ask({"type": "layout", "slots": [{"mid": video, "publication": ann.publication("camera")}]})
    await eventually(lambda: viewer.frames.get(video, 0) >= 3, "the viewer decodes frames")
    viewer.ask({"type": "publish", "requestId": "p1", "mid": video, "source": "camera"})
    await eventually(lambda: viewer.heard("error"), "publishing is refused")
    assert viewer.heard("error")[0]["code"] == "NotAllowed"


async def test_a_silent_client_reconnects_or_is_given_up(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    ice = ben.pc.getTransceivers()[0].sender.transport.transport._connection
    await ice.close()
    await eventually(lambda: ann.roster[ben.id]["status"] == "reconnecting", "Ben is seen as reconnecting")
    await eventually(lambda: ben.id not in ann.roster, "Ben is given up")
    assert ann.heard("participantLeft")[-1]["reason"] == "timedOut"
    await ben.is_told({"type": "left", "peer": ben.grant.peer, "reason": "timedOut"})


async def test_the_control_plane_ends_the_session_for_everyone(site: Site, enter: Enter) -> None:
    ann, ben = await two_meet(enter)
    await site.command({"type": "endSession", "session": site.session})
    for one in (ann, ben):
        ended = {"type": "left", "peer": one.grant.peer, "reason": "ended"}
        await one.is_told(ended)
    await site.is_empty()
