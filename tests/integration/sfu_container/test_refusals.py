"""Who and what is refused over real signalling and media, is told why, and leaves nothing behind."""

import re
import time
from typing import Any

import pytest

from parley_protocol.ids import new_id
from tests.integration.sfu_container.conftest import Enter
from tests.integration.sfu_container.harness import Site
from tests.integration.sfu_container.participant import RefusedError
from tests.support.waiting import eventually
from tests.unit.sfu_container.fakes import Signer


async def test_a_wrong_fingerprint_ends_the_peer_and_says_so(site: Site, enter: Enter) -> None:
    mallory = await enter("Mallory")
    await mallory.join(change_offer=lambda offer: re.sub(r"(a=fingerprint:sha-\d+) \S\S", r"\1 00", offer))
    left = {"type": "left", "peer": mallory.grant.peer, "reason": "dtlsFailed"}
    await eventually(lambda: left in mallory.messages, "Mallory is told")
    await site.is_empty()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1_700_000_000}, "GrantExpired"),
        ({"session": new_id("ses")}, "WrongSession"),
        ({"node": new_id("nod")}, "InvalidGrant"),
        ({"sub": new_id("par")}, "InvalidGrant"),
    ],
)
async def test_a_grant_for_another_time_or_place_is_refused(
    site: Site, enter: Enter, changes: dict[str, Any], code: str
) -> None:
    mallory = await enter("Mallory")
    with pytest.raises(RefusedError, match=code):
        await mallory.join(grant=site.control_plane.signer.sign(mallory.grant, **changes))
    await site.is_empty()


async def test_a_forged_grant_is_refused(site: Site, enter: Enter) -> None:
    mallory = await enter("Mallory")
    with pytest.raises(RefusedError, match="InvalidGrant"):
        await mallory.join(grant=Signer().sign(mallory.grant))
    await site.is_empty()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"type": "join", "requestId": "x"}, "MalformedMessage"),
        ({"type": "dance", "requestId": "x"}, "UnknownMessageType"),
        ({"type": "dance", "requestId": "x", "padding": "x" * 300_000}, "MessageTooLarge"),
        ({"type": "offer", "requestId": "x", "peer": new_id("peer"), "offer": "v=0"}, "PeerNotFound"),
        ({"type": "endSession", "requestId": "x", "session": new_id("ses")}, "NotAllowed"),
    ],
)
async def test_a_bad_message_is_answered_with_its_code_and_disturbs_nobody(
    site: Site, enter: Enter, data: dict[str, Any], code: str
) -> None:
    ann, mallory = await enter("Ann"), await enter("Mallory")
    await ann.join()
    await mallory.say(data)
    with pytest.raises(RefusedError, match=code):
        await mallory.answer_to("x")
    await ann.is_connected()
    assert list(ann.roster) == [ann.id]


async def test_an_offer_that_cannot_be_read_is_refused(site: Site, enter: Enter) -> None:
    mallory = await enter("Mallory")
    with pytest.raises(RefusedError, match="InvalidOffer"):
        await mallory.join(offer="v=0\r\nm=nonsense\r\n")
    await site.is_empty()


async def test_the_node_answers_and_counts_while_it_refuses(site: Site, enter: Enter) -> None:
    mallory = await enter("Mallory")
    for _ in range(100):
        await mallory.say({"type": "dance"})

    def slowed() -> bool:
        return any(message.get("code") == "TooManyRequests" for message in mallory.messages)

    await eventually(slowed, "the flood is slowed")
    begun = time.monotonic()
    ann = await enter("Ann")
    await ann.join()
    await ann.is_connected()
    assert time.monotonic() - begun < 10
