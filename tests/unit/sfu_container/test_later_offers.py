"""What a Peer may change by a later offer, and what goes on all the while."""

from __future__ import annotations

import re

import pytest

from parley_protocol.control import ParticipantChanged
from parley_protocol.grants import MediaGrant, Source
from parley_protocol.signalling import Answered
from sfu_container.engine import Codec
from sfu_container.errors import PeerNotFoundError, UnsupportedOfferError
from tests.unit.sfu_container.fakes import World, later_offer, publication_of
from tests.unit.sfu_container.offers import make_sdp, media_section, usual_offer, usual_sections

VP9 = ("a=rtpmap:98 VP9/90000", "a=rtpmap:99 rtx/90000", "a=fmtp:99 apt=98")


def offer_again(world: World, grant: MediaGrant, sdp: str, by: MediaGrant | None = None) -> Answered:
    room = world.node.rooms.of_session(grant.session)
    assert room is not None
    return room.entrance.offer((by or grant).sub, later_offer(grant, sdp))


def changed(mid: int, section: list[str]) -> str:
    """The usual offer with another section for one m-line."""
    sections = usual_sections()
    sections[mid] = section
    return make_sdp(*sections)


def with_vp9(section: list[str], formats: str = "98 99 96 97") -> list[str]:
    """A video section that offers VP9 as well, as those payload types."""
    return [section[0].replace(" 96 97", f" {formats}"), *section[1:], *VP9]


def ssrcs(answer: str) -> list[str]:
    return re.findall(r"a=ssrc:(\d+)", answer)


def test_new_ice_credentials_restart_ice(world: World, ann: MediaGrant) -> None:
    before = world.engine.peers[ann.peer]
    camera = publication_of(world, ann, Source.CAMERA)
    answered = offer_again(world, ann, usual_offer(ufrag="fresh"))
    assert world.engine.restarts == [ann.peer]
    assert world.engine.peers[ann.peer] != before
    assert f"a=ice-ufrag:{world.engine.peers[ann.peer][0]}" in answered.answer
    assert publication_of(world, ann, Source.CAMERA) == camera
    assert len(answered.publications) == 2


def test_the_same_credentials_do_not_restart_ice(world: World, ann: MediaGrant) -> None:
    offer_again(world, ann, usual_offer())
    assert world.engine.restarts == []


def test_more_m_lines_are_more_slots_and_the_old_keep_their_ssrcs(world: World, ann: MediaGrant) -> None:
    first = offer_again(world, ann, usual_offer())
    answered = offer_again(world, ann, make_sdp(*usual_sections(), media_section("7", "video", "recvonly")))
    assert [slot.mid for slot in answered.slots] == ["3", "4", "5", "7"]
    assert ssrcs(answered.answer)[: len(ssrcs(first.answer))] == ssrcs(first.answer)
    assert f"{ann.peer}/7" in world.engine.slots


def test_an_m_line_that_stops_sending_ends_its_publication(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    answered = offer_again(world, ann, changed(0, media_section("0", "video", "inactive")))
    assert [p.source for p in answered.publications] == [Source.MICROPHONE]
    last = world.link(ben).said(ParticipantChanged)[-1].participant
    assert [p.source for p in last.publications] == [Source.MICROPHONE]


def test_a_slot_that_is_not_received_for_a_while_goes_on_under_its_ssrcs(world: World, ann: MediaGrant) -> None:
    slot = f"{ann.peer}/4"
    first = offer_again(world, ann, usual_offer())
    world.control(ann, {"type": "layout", "slots": [{"mid": "4", "publication": None}]})
    answered = offer_again(world, ann, changed(4, media_section("4", "video", "inactive")))
    assert [one.mid for one in answered.slots] == ["3", "5"]
    assert world.engine.paused == {slot}
    assert world.engine.routes[slot] == (None, 0, 0)

    answered = offer_again(world, ann, usual_offer())
    assert [one.mid for one in answered.slots] == ["3", "4", "5"]
    assert world.engine.paused == set()
    assert ssrcs(answered.answer) == ssrcs(first.answer)


def test_the_engine_gets_the_codecs_that_a_later_offer_adds_and_drops(world: World, ann: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    vp8, vp9 = Codec(96, "VP8", 90_000, 97), Codec(98, "VP9", 90_000, 99)
    sections = usual_sections()
    for number in (0, 4):
        sections[number] = with_vp9(sections[number])
    offer_again(world, ann, make_sdp(*sections))
    assert world.engine.publication_lines[camera].codecs == (vp9, vp8)
    assert world.engine.slot_lines[f"{ann.peer}/4"].codecs == (vp9, vp8)
    assert world.engine.slot_lines[f"{ann.peer}/5"].codecs == (vp8,)
    for number in (0, 4):
        sections[number] = with_vp9(usual_sections()[number], formats="98")
    answered = offer_again(world, ann, make_sdp(*sections))
    assert publication_of(world, ann, Source.CAMERA) == camera
    assert world.engine.publication_lines[camera].codecs == (Codec(98, "VP9", 90_000),)
    line = world.engine.slot_lines[f"{ann.peer}/4"]
    assert (line.codecs, line.rtx_ssrc) == ((Codec(98, "VP9", 90_000),), None)
    assert "m=video 9 UDP/TLS/RTP/SAVPF 98\r\n" in answered.answer


def test_rtx_that_comes_back_has_the_ssrc_that_it_had(world: World, ann: MediaGrant) -> None:
    slot = f"{ann.peer}/4"
    before = world.engine.slot_lines[slot]
    plain = [line.replace(" 96 97", " 96") for line in usual_sections()[4]]
    offer_again(world, ann, changed(4, plain))
    assert world.engine.slot_lines[slot].rtx_ssrc is None
    offer_again(world, ann, usual_offer())
    assert world.engine.slot_lines[slot] == before


def test_other_encodings_make_another_publication(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    camera = publication_of(world, ann, Source.CAMERA)
    single = media_section("0", "video", "sendonly", "a=rid:f send", "a=simulcast:send f")
    answered = offer_again(world, ann, changed(0, single))
    renewed = publication_of(world, ann, Source.CAMERA)
    assert renewed != camera
    assert camera not in world.engine.publications
    assert renewed in {one.publication for one in answered.publications}
    told = world.link(ben).said(ParticipantChanged)[-1].participant
    assert renewed in {one.publication for one in told.publications}


@pytest.mark.parametrize(
    ("what", "replaced", "by"),
    [
        ("payload type 96", "a=rtpmap:96 VP8", "a=rtpmap:96 VP9"),
        ("payload type 97", "a=rtpmap:97 rtx", "a=rtpmap:97 VP9"),
        ("extension id 1", "urn:ietf:params:rtp-hdrext:sdes:mid", "urn:3gpp:video-orientation"),
    ],
)
def test_a_number_that_stands_for_something_else_is_unsupported_and_changes_nothing(
    world: World, ann: MediaGrant, what: str, replaced: str, by: str
) -> None:
    before = dict(world.engine.publication_lines), dict(world.engine.slot_lines)
    with pytest.raises(UnsupportedOfferError, match=f"m-line 0: {what} stands for something else"):
        offer_again(world, ann, changed(0, [line.replace(replaced, by) for line in usual_sections()[0]]))
    assert before == (world.engine.publication_lines, world.engine.slot_lines)


@pytest.mark.parametrize(
    ("sdp", "said"),
    [
        (make_sdp(*usual_sections()[:3]), "not dropped"),
        (make_sdp(*reversed(usual_sections())), "not dropped"),
        (usual_offer(fingerprint=":".join(["EF"] * 32)), "fingerprint"),
    ],
)
def test_an_offer_of_another_shape_is_unsupported_and_changes_nothing(
    world: World, ann: MediaGrant, sdp: str, said: str
) -> None:
    before = dict(world.engine.publications), dict(world.engine.slots), dict(world.engine.peers)
    with pytest.raises(UnsupportedOfferError, match=said):
        offer_again(world, ann, sdp)
    assert before == (world.engine.publications, world.engine.slots, world.engine.peers)


def test_an_offer_of_a_peer_that_is_not_ones_own_is_not_found(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    with pytest.raises(PeerNotFoundError):
        offer_again(world, ann, usual_offer(), by=ben)
