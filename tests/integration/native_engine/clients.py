"""Far ends of the native engine: real sockets, another STUN implementation, and libsrtp."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable
from typing import Protocol

from aioice import stun
from pylibsrtp import Policy, Session

from sfu_container.engine import (
    Codec,
    Encoding,
    Event,
    IceConnected,
    PublicationLine,
    SlotChanged,
    SlotLine,
    SrtpProfile,
)
from sfu_container.native_engine import NativeEngine

LOOPBACK = ("127.0.0.1", 0)
TIMEOUT_SECONDS = 30
OPUS = Codec(111, "opus", 48_000)
VP8 = Codec(96, "VP8", 90_000, rtx_payload_type=97)
CAMERA = PublicationLine("video", "0", (Encoding(ssrc=100),), (VP8,), {})
PROFILES: dict[SrtpProfile, tuple[int, int]] = {
    "AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    "AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44),
    "AES128_CM_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
}
"""For each profile libsrtp's number and the size of master key and salt in bytes."""


def video_slot(*codecs: Codec, rtx_ssrc: int | None = None) -> SlotLine:
    """Takes VP8, or the codecs given."""
    return SlotLine("video", "5", 900, rtx_ssrc, codecs or (VP8,), {})


class Client(Protocol):
    def send(self, data: bytes) -> None: ...

    async def receive(self) -> bytes: ...

    def close(self) -> None: ...


class UdpClient:
    def __init__(self, engine: NativeEngine) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.connect(engine.udp_addresses[0])

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._socket.getsockname()
        return host, port

    def send(self, data: bytes) -> None:
        self._socket.send(data)

    async def receive(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._socket, 2048), TIMEOUT_SECONDS)

    def close(self) -> None:
        self._socket.close()


class TcpClient:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, engine: NativeEngine, host: str = "127.0.0.1") -> TcpClient:
        """Connect from one of the loopback addresses."""
        return cls(*await asyncio.open_connection(*engine.tcp_addresses[0], local_addr=(host, 0)))

    def send(self, data: bytes) -> None:
        self.writer.write(struct.pack("!H", len(data)) + data)

    async def receive(self) -> bytes:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            return await self.reader.readexactly(size)

    async def is_hung_up_on(self) -> bool:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True

    def close(self) -> None:
        self.writer.close()


class Keys:
    """SRTP of one Peer by libsrtp, and the keys that the engine gets for it."""

    def __init__(self, profile: SrtpProfile) -> None:
        number, size = PROFILES[profile]
        self.receive, self.send = secrets.token_bytes(size), secrets.token_bytes(size)
        self._outgoing = Session(Policy(self.receive, Policy.SSRC_ANY_OUTBOUND, srtp_profile=number))
        self._incoming = Session(Policy(self.send, Policy.SSRC_ANY_INBOUND, srtp_profile=number))

    def protect(self, packet: bytes) -> bytes:
        return self._outgoing.protect(packet)

    def unprotect(self, packet: bytes) -> bytes:
        return self._incoming.unprotect(packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._outgoing.protect_rtcp(packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        return self._incoming.unprotect_rtcp(packet)


def check(ufrag: str, pwd: str) -> bytes:
    """A check by a controlling agent that nominates."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ufrag}:theirs"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 7
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(pwd.encode())
    message.add_fingerprint()
    return bytes(message)


def video_packet(number: int, *, ssrc: int, body: bytes, is_keyframe: bool = False) -> bytes:
    """One VP8 picture in one packet, with a picture id and no layers."""
    header = struct.pack("!BBHII", 0x80, 0x80 | VP8.payload_type, number % 65_536, number * 3_000, ssrc)
    descriptor = struct.pack("!BBH", 0x90, 0x80, 0x8000 | number % 32_768)
    frame = b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 1_280, 720) if is_keyframe else b"\x01"
    return header + descriptor + frame + body


async def connect(engine: NativeEngine, client: Client, name: str, profile: SrtpProfile) -> Keys:
    """Let a Peer join, with its path and its keys."""
    keys = Keys(profile)
    engine.add_peer(name, f"ufrag-{name}", f"pwd-{name}")
    engine.set_srtp(name, profile, keys.receive, keys.send)
    client.send(check(f"ufrag-{name}", f"pwd-{name}"))
    assert isinstance(await next_event(engine), IceConnected)
    assert (await client.receive())[:2] == b"\x01\x01"
    return keys


async def meet(
    engine: NativeEngine, publisher: Client, viewer: Client, profile: SrtpProfile, rtx_ssrc: int | None = None
) -> tuple[Keys, Keys]:
    """Let Ann publish her camera and Bob have it in his Slot; the keys of both."""
    keys = await connect(engine, publisher, "ann", profile), await connect(engine, viewer, "bob", profile)
    engine.add_publication("ann", "camera", CAMERA)
    engine.add_slot("bob", "slot", video_slot(rtx_ssrc=rtx_ssrc))
    engine.route("slot", "camera", 720, 3, 0)
    return keys


async def next_event(engine: NativeEngine) -> Event:
    """Wait as a caller does: for the file descriptor."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(engine.event_fd(), readable.set)
    try:
        await asyncio.wait_for(readable.wait(), TIMEOUT_SECONDS)
    finally:
        loop.remove_reader(engine.event_fd())
    (event,) = engine.poll_events(1)
    return event


async def next_change(engine: NativeEngine) -> SlotChanged:
    """The next change of a Slot; other events that come before are passed over."""
    while not isinstance(event := await next_event(engine), SlotChanged):
        pass
    return event


async def receive_matching(client: Client, matches: Callable[[bytes], bool]) -> bytes:
    """The next datagram of a kind; others that come before are passed over."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not matches(data := await client.receive()):
            pass
    return data


def is_rtp(data: bytes) -> bool:
    return data[0] >> 6 == 2 and not 192 <= data[1] <= 223


def is_rtcp(data: bytes) -> bool:
    return data[0] >> 6 == 2 and 192 <= data[1] <= 223
