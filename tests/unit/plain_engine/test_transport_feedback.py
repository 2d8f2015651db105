"""Transport-wide feedback, read back by a decoder written from the draft."""

from __future__ import annotations

import struct

from sfu_container.engine import Encoding
from sfu_container.plain_engine import header_extensions as extensions
from sfu_container.plain_engine.twcc import TransportFeedback
from tests.unit.plain_engine.packets import rtp, vp8
from tests.unit.plain_engine.world import World

MEDIA_SSRC = 77


def decode(packet: bytes) -> dict[int, float | None]:
    """By sequence number the arrival in seconds, None for lost; checks the whole layout."""
    first, kind, words, _, media, base, count, reference = struct.unpack_from("!BBHIIHHI", packet)
    assert (first, kind, words * 4 + 4, media) == (0x8F, 205, len(packet), MEDIA_SSRC)
    position = 20
    symbols: list[int] = []
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", packet, position)
        assert chunk >> 14 == 3, "a vector of two-bit symbols"
        symbols += [chunk >> 12 - 2 * place & 3 for place in range(7)]
        position += 2
    arrivals: dict[int, float | None] = {}
    ticks = (reference >> 8) * 256
    for place, symbol in enumerate(symbols[:count]):
        number = (base + place) & 0xFFFF
        if symbol == 0:
            arrivals[number] = None
            continue
        (delta,) = struct.unpack_from("!B" if symbol == 1 else "!h", packet, position)
        position += symbol
        ticks += delta
        arrivals[number] = ticks / 4000
    assert 0 <= len(packet) - position < 4
    return arrivals


def feedback_on(*arrivals: tuple[int, float]) -> list[bytes]:
    feedback = TransportFeedback()
    for number, when in arrivals:
        feedback.record(number, when)
    return feedback.take_messages(MEDIA_SSRC)


def test_arrivals_and_losses_are_told() -> None:
    (message,) = feedback_on((10, 5.0), (11, 5.01), (14, 5.5))
    assert decode(message) == {10: 5.0, 11: 5.01, 12: None, 13: None, 14: 5.5}


def test_packets_out_of_order_have_negative_deltas() -> None:
    (message,) = feedback_on((10, 5.0), (12, 5.01), (11, 5.02))
    assert decode(message) == {10: 5.0, 11: 5.02, 12: 5.01}


def test_numbers_wrap_around() -> None:
    (message,) = feedback_on((65_535, 5.0), (0, 5.001), (2, 5.002))
    assert decode(message) == {65_535: 5.0, 0: 5.001, 1: None, 2: 5.002}


def test_the_reference_time_wraps_around() -> None:
    start = (1 << 24) * 0.064
    (message,) = feedback_on((1, start + 0.25))
    assert decode(message) == {1: 0.25}


def test_a_loss_between_two_messages_is_told() -> None:
    feedback = TransportFeedback()
    feedback.record(1, 5.0)
    feedback.take_messages(MEDIA_SSRC)
    feedback.record(4, 5.1)
    (message,) = feedback.take_messages(MEDIA_SSRC)
    assert decode(message) == {2: None, 3: None, 4: 5.1}


def test_a_packet_that_comes_after_it_was_told_lost_is_told_by_itself() -> None:
    feedback = TransportFeedback()
    feedback.record(1, 5.0)
    feedback.record(3, 5.0)
    feedback.take_messages(MEDIA_SSRC)
    feedback.record(2, 5.1)
    feedback.record(4, 5.1)
    late, current = feedback.take_messages(MEDIA_SSRC)
    assert (decode(late), decode(current)) == ({2: 5.1}, {4: 5.1})


def test_messages_are_numbered() -> None:
    feedback = TransportFeedback()
    counts = []
    for number in range(300):
        feedback.record(number, 5.0)
        counts += [message[19] for message in feedback.take_messages(MEDIA_SSRC)]
    assert counts == [number % 256 for number in range(300)]


def test_a_pause_too_long_for_a_delta_begins_a_message() -> None:
    one, two = feedback_on((1, 5.0), (3, 20.0))
    assert (decode(one), decode(two)) == ({1: 5.0}, {2: None, 3: 20.0})


def test_messages_fit_a_datagram() -> None:
    messages = feedback_on(*((number, 5.0 + number * 0.1) for number in range(0, 4000, 3)))
    assert max(map(len, messages)) < 1200
    told: dict[int, float | None] = {}
    for message in messages:
        told |= decode(message)
    assert [number for number, when in told.items() if when is not None] == list(range(0, 4000, 3))


def test_the_numbering_may_jump() -> None:
    one, two = feedback_on((1, 5.0), (20_000, 5.1))
    assert (decode(one), decode(two)) == ({1: 5.0}, {20_000: 5.1})


def test_a_publisher_gets_feedback_on_all_its_packets_also_on_probes() -> None:
    world = World()
    ann = world.client("ann")
    ann.publish("camera", Encoding(ssrc=MEDIA_SSRC, rtx_ssrc=78))
    for number in range(3):
        ssrc, payload, kind = (78, b"", 97) if number == 1 else (MEDIA_SSRC, vp8(), 96)
        values = {extensions.TRANSPORT_SEQUENCE: struct.pack("!H", number)}
        ann.send_media(rtp(number, payload, ssrc=ssrc, payload_type=kind, values=values))
    world.advance(0.1)

    messages = [compound for compound in ann.feedback if compound[:2] == b"\x8f\xcd"]
    assert list(decode(messages[0])) == [0, 1, 2]


def test_large_deltas_fit_a_datagram_too() -> None:
    messages = feedback_on(*((number, 5.0 + number * 0.1) for number in range(2000)))
    assert max(map(len, messages)) < 1200


def test_a_flood_between_two_messages_is_bounded() -> None:
    feedback = TransportFeedback()
    for number in range(30_000):
        feedback.record(number, 5.0)
    messages = feedback.take_messages(MEDIA_SSRC)
    assert sum(len(decode(message)) for message in messages) == 4000


def test_a_flood_of_late_packets_is_bounded() -> None:
    feedback = TransportFeedback()
    feedback.record(5000, 5.0)
    feedback.take_messages(MEDIA_SSRC)
    for number in range(1000):
        feedback.record(number, 5.0)
    assert len(feedback.take_messages(MEDIA_SSRC)) == 32
