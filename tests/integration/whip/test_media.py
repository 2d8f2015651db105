"""Pictures and sound of WHIP publishers reach those who watch by WHEP."""

import asyncio

from tests.integration.whip.conftest import Client, Invite
from tests.support.waiting import eventually
from tests.support.whip import WhipClient


async def sees_and_hears(viewer: WhipClient, frames: int = 10) -> None:
    before = dict(viewer.frames)

    def more() -> bool:
        return all(viewer.frames.get(kind, 0) >= before.get(kind, 0) + frames for kind in ("audio", "video"))

    await eventually(more, f"{frames} more frames of picture and sound")


async def test_a_viewer_sees_and_hears_the_publisher(client: Client, invite: Invite) -> None:
    studio, viewer = client("/whip/demo", await invite("studio")), client("/whep/demo", await invite("viewer"))
    await studio.publish()
    await viewer.watch()
    await sees_and_hears(viewer)


async def test_a_viewer_who_comes_first_sees_the_publisher_come(client: Client, invite: Invite) -> None:
    viewer, studio = client("/whep/demo", await invite("viewer")), client("/whip/demo", await invite("studio"))
    await viewer.watch()
    await studio.publish()
    await sees_and_hears(viewer)


async def test_a_viewer_of_one_participant_gets_that_one_and_follows_it(client: Client, invite: Invite) -> None:
    for other in ("ann", "ben"):
        await client("/whip/demo", await invite(other)).publish()
    token = await invite("studio")
    studio = client("/whip/demo", token)
    await studio.publish()
    viewer = client("/whep/demo/studio", await invite("viewer"))
    await viewer.watch()
    await sees_and_hears(viewer)
    await client("/whip/demo", token).publish()
    await sees_and_hears(viewer, frames=20)


async def test_media_goes_on_after_an_ice_restart(client: Client, invite: Invite) -> None:
    studio, viewer = client("/whip/demo", await invite("studio")), client("/whep/demo", await invite("viewer"))
    await studio.publish()
    await viewer.watch()
    await sees_and_hears(viewer)
    answer = await studio.patch("a=ice-ufrag:renewed\r\na=ice-pwd:renewedrenewedrenewedrenewed\r\n", If_Match="*")
    assert answer.status == 200
    # aiortc cannot restart ICE: the old path goes on, as it must until the new one is validated.
    await sees_and_hears(viewer)


async def test_eight_viewers_at_once_all_see_the_publisher(client: Client, invite: Invite) -> None:
    await client("/whip/demo", await invite("studio")).publish()
    viewers = [client("/whep/demo", await invite(f"viewer-{number}", role="viewer")) for number in range(8)]
    await asyncio.gather(*(viewer.watch() for viewer in viewers))
    await asyncio.gather(*(sees_and_hears(viewer) for viewer in viewers))
