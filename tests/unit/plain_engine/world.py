"""A Forwarder with clients around it, in a time that only tests move."""

from __future__ import annotations

import secrets
from typing import TypeVar

from pylibsrtp import Policy, Session

from sfu_container.engine import Codec, Encoding, EngineConfig, Event, MediaKind, SrtpProfile
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.errors import DropReason
from sfu_container.plain_engine.forwarder import TICK_SECONDS, Forwarder
from sfu_container.plain_engine.header_extensions import AUDIO_LEVEL
from sfu_container.plain_engine.ice_agent import Path
from sfu_container.plain_engine.rtp import RtpPacket, is_rtcp, parse_rtp
from tests.unit.plain_engine.packets import EXTENSIONS, OPUS, VP8, rtp, stun_check

PROFILES: dict[SrtpProfile, tuple[int, int]] = {
    "AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    "AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44),
    "AES128_CM_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
}

Kind = TypeVar("Kind")


class World:
    def __init__(self, config: EngineConfig | None = None) -> None:
        self.now = 1000.0
        self.events: list[Event] = []
        self.clients: dict[Path, Client] = {}
        self.forwarder = Forwarder(config or EngineConfig(), self._deliver, self.events.append)

    def _deliver(self, path: Path, data: bytes) -> None:
        self.clients[path].take(data)

    def client(self, name: str, profile: SrtpProfile = "AEAD_AES_128_GCM") -> Client:
        """A Peer that is connected and has its keys."""
        client = Client(self, name, Path("udp", ("192.0.2.1", 5000 + len(self.clients))))
        self.clients[client.path] = client
        self.forwarder.add_peer(name, f"ufrag-{name}", f"pwd-{name}")
        client.check()
        client.use_keys(profile)
        return client

    def advance(self, seconds: float) -> None:
        """Let time pass, tick by tick."""
        for _ in range(round(seconds / TICK_SECONDS)):
            self.now += TICK_SECONDS
            self.forwarder.tick(self.now)

    def dropped(self, reason: DropReason) -> int:
        return self.forwarder.stats(None).dropped.get(reason.value, 0)

    def take_events(self, kind: type[Kind]) -> list[Kind]:
        """Events of a kind, oldest first; they are gone afterwards."""
        taken: list[Kind] = [event for event in self.events if isinstance(event, kind)]
        self.events[:] = [event for event in self.events if not isinstance(event, kind)]
        return taken


class Client:
    """The far end of a Peer: encrypts with libsrtp what it sends, and decrypts what comes."""

    def __init__(self, world: World, name: str, path: Path) -> None:
        self.world = world
        self.name = name
        self.path = path
        self.plain: list[bytes] = []
        """Decrypted RTP, as it came."""
        self.rtp: list[RtpPacket] = []
        self.feedback: list[bytes] = []
        """Decrypted RTCP, compound by compound."""
        self.other: list[bytes] = []
        """STUN and DTLS, and whatever comes while there are no keys."""
        self._incoming: Session | None = None
        self._outgoing: Session | None = None

    def check(self, *, nominate: bool = True) -> None:
        self.send(stun_check(f"ufrag-{self.name}", f"pwd-{self.name}", nominate=nominate))

    def use_keys(self, profile: SrtpProfile) -> None:
        number, size = PROFILES[profile]
        ours, theirs = secrets.token_bytes(size), secrets.token_bytes(size)
        self.world.forwarder.set_srtp(self.name, profile, ours, theirs)
        self._outgoing = Session(Policy(ours, Policy.SSRC_ANY_OUTBOUND, srtp_profile=number))
        self._incoming = Session(Policy(theirs, Policy.SSRC_ANY_INBOUND, srtp_profile=number))

    def stop_decrypting(self) -> None:
        """Keep what comes as it is, in `other`: a replay window would refuse what is sent twice."""
        self._incoming = None

    def send(self, data: bytes) -> None:
        self.world.forwarder.receive(self.path, data, self.world.now)

    def protect(self, packet: bytes) -> bytes:
        assert self._outgoing is not None
        return self._outgoing.protect_rtcp(packet) if is_rtcp(packet) else self._outgoing.protect(packet)

    def send_media(self, packet: bytes) -> None:
        self.send(self.protect(packet))

    def send_rtcp(self, *packets: bytes) -> None:
        self.send(self.protect(b"".join(packets)))

    def take(self, data: bytes) -> None:
        if data[0] < 128 or self._incoming is None:
            self.other.append(data)
        elif is_rtcp(data):
            self.feedback.append(self._incoming.unprotect_rtcp(data))
        else:
            plain = self._incoming.unprotect(data)
            self.plain.append(plain)
            self.rtp.append(parse_rtp(plain))

    def take_feedback(self) -> list[rtcp.RtcpItem]:
        """What RTCP said since the last call."""
        items = [item for compound in self.feedback for item in rtcp.parse_rtcp(compound)]
        self.feedback.clear()
        return items

    def take_media(self) -> list[RtpPacket]:
        """RTP that came since the last call."""
        taken, self.rtp = self.rtp, []
        return taken

    def publish(
        self,
        publication: str,
        *encodings: Encoding,
        kind: MediaKind = "video",
        mid: str = "0",
        codec: Codec | None = None,
    ) -> None:
        codecs = [codec or (VP8 if kind == "video" else OPUS)]
        self.world.forwarder.add_publication(
            self.name, publication, kind, mid, encodings, codecs, EXTENSIONS, self.world.now
        )

    def add_slot(
        self,
        slot: str,
        ssrc: int,
        *,
        rtx_ssrc: int | None = None,
        kind: MediaKind = "video",
        mid: str = "5",
        codec: Codec | None = None,
    ) -> None:
        codecs = [codec or (VP8 if kind == "video" else OPUS)]
        self.world.forwarder.add_slot(self.name, slot, kind, mid, ssrc, rtx_ssrc, codecs, EXTENSIONS, self.world.now)

    def speak(self, publication_ssrc: int, sequence_number: int, level: int | None, payload: bytes = bytes(60)) -> None:
        """Send a packet of sound; without a level where the client tells none."""
        values = {} if level is None else {AUDIO_LEVEL: bytes((0x80 | level,))}
        self.send_media(
            rtp(
                sequence_number,
                payload,
                ssrc=publication_ssrc,
                payload_type=OPUS.payload_type,
                timestamp=sequence_number * 960,
                values=values,
            )
        )


def route(world: World, slot: str, publication: str | None, max_height: int = 720, max_temporal: int = 3) -> None:
    """Let a video Slot carry a Publication."""
    world.forwarder.route(slot, publication, max_height, max_temporal, world.now)
