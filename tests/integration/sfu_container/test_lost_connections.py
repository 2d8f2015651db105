"""The node through absences of its control plane and of Web PubSub."""

from tests.integration.sfu_container.conftest import Enter
from tests.integration.sfu_container.harness import Site
from tests.integration.sfu_container.participant import Participant
from tests.support.waiting import eventually


async def test_a_meeting_outlives_an_absence_of_the_control_plane(site: Site, enter: Enter) -> None:
    ann = await enter("Ann")
    await ann.join()
    await ann.is_connected()
    site.control_plane.is_down = True
    await eventually(lambda: not site.health()["registered"], "the node is not registered any more")
    await ann.leave()
    await site.is_empty()
    site.control_plane.is_down = False
    await eventually(lambda: site.health()["registered"], "the node is registered again")

    def heard() -> bool:
        return any(event.peer == ann.grant.peer and event.type == "peerLeft" for event in site.control_plane.events)

    await eventually(heard, "what happened meanwhile was reported")


async def test_a_lost_signalling_connection_is_replaced_and_listens_for_the_same_sessions(
    site: Site, enter: Enter
) -> None:
    ann = await enter("Ann")
    await ann.join()
    await ann.is_connected()
    await site.signalling.stop()
    await eventually(lambda: not site.health()["signalling"], "the node lost its connection")
    reports = site.control_plane.reports
    await eventually(lambda: not reports[-1][1].listening, "the control plane knows that the node is deaf")
    await site.signalling.start()
    await eventually(lambda: site.health()["signalling"], "the node has another", within=40)
    await eventually(lambda: reports[-1][1].listening, "the control plane knows that the node listens")
    assert ann.pc.connectionState == "connected"
    ben = Participant(site, "Ben")
    await ben.connect()
    await ben.join()
    await ben.is_connected()
    assert set(ben.roster) == {ann.id, ben.id}
    await ben.close()


async def test_a_session_that_is_over_for_the_control_plane_ends_with_the_next_heartbeat(
    site: Site, enter: Enter
) -> None:
    ann = await enter("Ann")
    await ann.join()
    await ann.is_connected()
    site.control_plane.ended.add(site.session)
    await ann.is_told({"type": "left", "peer": ann.grant.peer, "reason": "ended"})
    await site.is_empty()


async def test_a_node_that_goes_tells_its_peers_and_its_control_plane(site: Site, enter: Enter) -> None:
    ann = await enter("Ann")
    await ann.join()
    await ann.is_connected()
    site.task.cancel()
    await ann.is_told({"type": "left", "peer": ann.grant.peer, "reason": "nodeLost"})

    def heard() -> bool:
        events = site.control_plane.events
        return any(event.type == "peerLeft" and event.reason == "nodeLost" for event in events)

    await eventually(heard, "the control plane is told")
    assert site.control_plane.reports[-1][1].draining
