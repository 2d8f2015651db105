"""Receiver Reports to publishers, Sender Reports to receivers."""

from __future__ import annotations

import pytest
from aiortc.rtp import RtcpPacket, RtcpRrPacket, RtcpSrPacket

from sfu_container.engine import Encoding
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.reception import Reception
from tests.unit.plain_engine.packets import rtp, vp8
from tests.unit.plain_engine.world import World, route

NTP = 0xE000_1234_5678_0000


def test_a_publisher_gets_a_report_on_each_stream_once_a_second() -> None:
    world = World()
    ann = world.client("ann")
    ann.publish("camera", Encoding("q", 101), Encoding("f", 103))
    ann.send_rtcp(rtcp.build_sender_report(rtcp.SenderReport(101, NTP, 5), 0, 0))
    world.advance(0.02)
    for number in (1, 2, 4):
        ann.send_media(rtp(number, vp8(number), ssrc=101))
    ann.send_rtcp(rtcp.build_sender_report(rtcp.SenderReport(101, NTP, 5), 0, 0))
    ann.send_media(rtp(9, vp8(9), ssrc=103))
    ann.feedback.clear()
    world.advance(1.02)

    packets = [packet for compound in ann.feedback for packet in RtcpPacket.parse(compound)]
    (report,) = [packet for packet in packets if isinstance(packet, RtcpRrPacket)]
    block, other = report.reports
    assert (block.ssrc, block.packets_lost, block.fraction_lost, block.highest_sequence) == (101, 1, 64, 4)
    assert block.lsr == 0x1234_5678
    assert block.dlsr / 65_536 == pytest.approx(1.0, abs=0.05)
    assert (other.ssrc, other.highest_sequence, other.lsr) == (103, 9, 0)


def test_a_sender_report_reaches_receivers_in_the_timestamps_of_their_slot() -> None:
    world = World()
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=101))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=101, timestamp=5000))
    ann.send_rtcp(rtcp.build_sender_report(rtcp.SenderReport(101, NTP, 5900), 1, 2))

    (compound,) = bob.feedback
    (report,) = RtcpPacket.parse(compound)
    assert isinstance(report, RtcpSrPacket)
    assert (report.ssrc, report.sender_info.ntp_timestamp) == (900, NTP)
    assert (report.sender_info.rtp_timestamp - bob.rtp[0].timestamp) % (1 << 32) == 900
    assert (report.sender_info.packet_count, report.sender_info.octet_count) == (1, len(bob.rtp[0].payload))


def test_after_a_switch_the_new_streams_clock_is_told_at_once() -> None:
    world = World()
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=101))
    bob.add_slot("slot", 900)
    ann.send_media(rtp(1, vp8(1), ssrc=101, timestamp=5000))
    ann.send_rtcp(rtcp.build_sender_report(rtcp.SenderReport(101, NTP, 5000), 1, 2))
    route(world, "slot", "camera")
    ann.send_media(rtp(2, vp8(2, height=720), ssrc=101, timestamp=8000))

    (report,) = bob.take_feedback()
    assert isinstance(report, rtcp.SenderReport)
    assert (bob.rtp[0].timestamp - report.rtp_time) % (1 << 32) == 3000


def test_jitter_follows_the_spread_of_arrivals() -> None:
    reception = Reception(1, 90_000)
    for number in range(200):
        reception.record(number, number * 3000, number / 30 + (0.01 if number % 2 else 0))
    block = reception.take_block(10.0)
    assert block is not None
    assert block.jitter == pytest.approx(900, rel=0.01)


def test_losses_and_the_highest_number_count_over_the_wrap_around() -> None:
    reception = Reception(1, 90_000)
    for number in (65_534, 65_535, 1):
        reception.record(number, 0, 0.0)
    block = reception.take_block(1.0)
    assert block is not None
    assert (block.highest_sequence, block.lost, block.fraction_lost) == (65_537, 1, 64)
    assert reception.take_block(2.0) is None


def test_what_receivers_report_lost_is_counted() -> None:
    world = World()
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=101))
    bob.add_slot("slot", 900)
    bob.send_rtcp(*rtcp.build_receiver_reports([rtcp.ReportBlock(900, 10, 5, 0, 0, 0, 0)]))
    assert world.forwarder.stats("bob").peers["bob"].sent.lost == 5


def test_jitter_is_smoothed() -> None:
    reception = Reception(1, 90_000)
    reception.record(1, 0, 0.0)
    reception.record(2, 3000, 1 / 30 + 0.016)
    block = reception.take_block(1.0)
    assert block is not None
    assert block.jitter == pytest.approx(1440 / 16, abs=1)
