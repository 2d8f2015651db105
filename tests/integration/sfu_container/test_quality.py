"""What the control plane hears of a real connection when it has ended."""

from parley_protocol.nodes import PeerLeft
from tests.integration.sfu_container.conftest import Enter
from tests.integration.sfu_container.harness import Site
from tests.support.waiting import eventually

LOOKS = 4
"""Of which at least two lie between a first one and the last."""


async def test_whoever_leaves_has_a_quality_that_the_control_plane_is_told_of(site: Site, enter: Enter) -> None:
    ann, ben = await enter("Ann"), await enter("Ben")
    for one in (ann, ben):
        await one.join()
        await one.is_connected()
    video = ben.slot("video")
    ben.ask({"type": "layout", "slots": [{"mid": video, "publication": ann.publication("camera"), "maxHeight": 360}]})
    ben.ask({"type": "watchStats", "enabled": True})
    await eventually(lambda: ben.frames.get(video, 0) >= 3, "Ben decodes frames of Ann")
    await eventually(lambda: len(ben.heard("stats")) > LOOKS, "the node has looked at the connections", within=60)
    await ben.leave()

    def left() -> list[PeerLeft]:
        return [one for one in site.control_plane.events if isinstance(one, PeerLeft) and one.peer == ben.grant.peer]

    [event] = await eventually(left, "the control plane knows")
    quality = event.quality
    assert quality
    assert 2 <= quality.seconds < 120
    assert quality.tcp_seconds == 0
    assert sum(quality.round_trips) >= 1
    assert quality.worst_round_trip_ms is not None
    assert min(quality.up.packets, quality.up.bytes, quality.down.packets, quality.down.bytes) > 0
