"""SRTP and SRTCP against another implementation, both ways, in every profile, past the rollover of sequence numbers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from pylibsrtp import Policy, Session
from pylibsrtp import __version__ as version

from sfu_container.engine import SrtpProfile
from sfu_container.native_engine import NativeEngine
from tests.integration.native_engine.clients import (
    PROFILES,
    UdpClient,
    is_rtp,
    meet,
    receive_matching,
    video_packet,
)

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "sfu_container/forwarder/core/tests/suite/golden/libsrtp.txt"
SSRC = 0x1234_ABCD
HEADER = f"""\
# Packets protected by libsrtp (pylibsrtp {version}), in the order of sending. The master key and salt of a profile are
# the bytes 1, 2, 3 … The sequence numbers pass 65535, so the last packets have rollover counter 1.
# profile  kind  plain  protected
"""
# Steps that are as large as a receiver follows without doubt, so that few packets pass the rollover several times.
STEP = 20_000


def sequence(packet: bytes) -> int:
    (number,) = struct.unpack_from("!H", packet, 2)
    return int(number)


@pytest.mark.parametrize("profile", list(PROFILES))
async def test_media_passes_the_rollover_both_ways(
    engine: NativeEngine, publisher: UdpClient, viewer: UdpClient, profile: SrtpProfile
) -> None:
    sending, receiving = await meet(engine, publisher, viewer, profile)

    received = []
    for number in range(60_000, 60_000 + 12 * STEP, STEP):
        publisher.send(sending.protect(video_packet(number, ssrc=100, body=b"frame", is_keyframe=number == 60_000)))
        received.append(receiving.unprotect(await receive_matching(viewer, is_rtp)))
    assert [(sequence(after) - sequence(before)) % 65_536 for before, after in pairwise(received)] == [STEP] * 11
    assert sum(sequence(after) < sequence(before) for before, after in pairwise(received)) >= 3


@pytest.mark.parametrize("profile", list(PROFILES))
async def test_reports_of_a_viewer_are_read(
    engine: NativeEngine, publisher: UdpClient, viewer: UdpClient, profile: SrtpProfile
) -> None:
    sending, receiving = await meet(engine, publisher, viewer, profile, rtx_ssrc=901)
    publisher.send(sending.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True)))
    media = receiving.unprotect(await receive_matching(viewer, is_rtp))

    nack = struct.pack("!BBHIIHH", 0x81, 205, 3, 9, 900, sequence(media), 0)
    viewer.send(receiving.protect_rtcp(nack))
    repetition = receiving.unprotect(await receive_matching(viewer, is_rtp))
    assert struct.unpack_from("!I", repetition, 8) == (901,)
    assert repetition.endswith(media[2:4] + media[12:])


def test_the_golden_packets_are_what_libsrtp_makes(golden: Callable[[Path, str], None]) -> None:
    lines = [line for profile in PROFILES for line in recorded(profile)]
    golden(GOLDEN, HEADER + "".join(f"{line}\n" for line in lines))


def recorded(profile: SrtpProfile) -> list[str]:
    """Lines of the golden file, for the packets that its header tells of."""
    number, size = PROFILES[profile]
    session = Session(Policy(bytes(range(1, size + 1)), Policy.SSRC_ANY_OUTBOUND, srtp_profile=number))
    with_extension = rtp(0x90, 65_535) + b"\xbe\xde\0\x01\x10\xaa\x20\xbb" + b"x" * 40
    media = [rtp(0x80, 65_533) + b"opus", with_extension, rtp(0x80, 65_536), rtp(0x80, 65_538) + b"after the wrap"]
    reports = [struct.pack("!BBHIBBHII", 0x80, 201, 1, ssrc, 0x81, 206, 2, SSRC, 9) for ssrc in (SSRC, SSRC + 1)]
    lines = [f"{profile} rtp {packet.hex()} {session.protect(packet).hex()}" for packet in media]
    return lines + [f"{profile} rtcp {packet.hex()} {session.protect_rtcp(packet).hex()}" for packet in reports]


def rtp(flags: int, number: int) -> bytes:
    return struct.pack("!BBHII", flags, 96, number % 65_536, number + 1_000, SSRC)
