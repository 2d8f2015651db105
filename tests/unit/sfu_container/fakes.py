"""Stand-ins for what a node has around it, which record what they are told."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from parley_protocol.addresses import ParticipantAddress
from parley_protocol.control import CONTROL_FROM_NODE, ControlFromNode
from parley_protocol.grants import MEDIA_AUDIENCE, Grants, MediaGrant, Role, Source
from parley_protocol.ids import new_id
from parley_protocol.nodes import NodeEvent
from parley_protocol.signalling import Join, Offer
from parley_protocol.wire import PublicationOffer, SlotRequest, Wire
from sfu_container.engine import (
    Codec,
    Encoding,
    Event,
    IceConnected,
    MediaKind,
    SrtpProfile,
    UnknownIdError,
)
from sfu_container.engine_stats import EngineStats, PeerStats
from sfu_container.node import Node, NodeLimits
from sfu_container.offer import Fingerprint
from sfu_container.peer import MediaAddress
from sfu_container.ports import Link, LinkListener, SrtpKeys

FINGERPRINT = ":".join(["AB"] * 32)
NODE_FINGERPRINT = Fingerprint("sha-256", ":".join(["CD"] * 32))
KEYS = SrtpKeys("AEAD_AES_128_GCM", b"r" * 28, b"s" * 28)


class RecordingEngine:
    """An Engine that knows ids and nothing of packets; a call with an unknown one fails as the real one's would."""

    def __init__(self) -> None:
        self.peers: dict[str, tuple[str, str]] = {}
        self.publications: dict[str, str] = {}
        self.slots: dict[str, str] = {}
        self.encodings: dict[str, tuple[Encoding, ...]] = {}
        self.routes: dict[str, tuple[str | None, int, int]] = {}
        self.paused: set[str] = set()
        self.speaking: dict[str, str] = {}
        self.srtp: dict[str, SrtpProfile] = {}
        self.restarts: list[str] = []
        self.keyframes: list[str] = []
        self.datagrams: list[tuple[str, bytes]] = []
        self.events: deque[Event] = deque()
        self.counters = EngineStats()
        self.peer_counters: dict[str, PeerStats] = {}

    def event_fd(self) -> int:
        raise NotImplementedError("tests pump by hand")

    def poll_events(self, limit: int) -> list[Event]:
        return [self.events.popleft() for _ in range(min(limit, len(self.events)))]

    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None:
        self.peers[peer] = (ufrag, pwd)

    def add_plain(self, peer: str, remote: tuple[str, int], profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        raise NotImplementedError("rooms have no plain Peers")

    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int) -> None:
        self._known(self.peers, peer)
        self.peers[peer] = (ufrag, pwd)
        self.restarts.append(peer)

    def remove_peer(self, peer: str) -> None:
        self._known(self.peers, peer)
        del self.peers[peer]
        for table in (self.publications, self.slots):
            for item in [item for item, owner in table.items() if owner == peer]:
                self.remove(item)
        self.speaking.pop(peer, None)
        self.srtp.pop(peer, None)

    def send_dtls(self, peer: str, data: bytes) -> None:
        self._known(self.peers, peer)
        self.datagrams.append((peer, data))

    def set_srtp(self, peer: str, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        self._known(self.peers, peer)
        self.srtp[peer] = profile

    def add_publication(
        self,
        peer: str,
        publication: str,
        kind: MediaKind,
        mid: str,
        encodings: Sequence[Encoding],
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
    ) -> None:
        self._known(self.peers, peer)
        self.publications[publication] = peer
        self.encodings[publication] = tuple(encodings)

    def add_slot(
        self,
        peer: str,
        slot: str,
        kind: MediaKind,
        mid: str,
        ssrc: int,
        rtx_ssrc: int | None,
        codecs: Sequence[Codec],
        extensions: Mapping[int, str],
    ) -> None:
        self._known(self.peers, peer)
        self.slots[slot] = peer

    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, priority: int) -> None:
        self._known(self.slots, slot)
        if publication is not None:
            self._known(self.publications, publication)
        self.routes[slot] = (publication, max_height, priority)

    def route_speakers(self, peer: str, room: str) -> None:
        self._known(self.peers, peer)
        self.speaking[peer] = room

    def set_paused(self, item: str, paused: bool) -> None:
        self._known({**self.publications, **self.slots}, item)
        (self.paused.add if paused else self.paused.discard)(item)

    def remove(self, item: str) -> None:
        self._known({**self.publications, **self.slots}, item)
        self.publications.pop(item, None)
        self.slots.pop(item, None)
        self.encodings.pop(item, None)
        self.routes.pop(item, None)
        self.paused.discard(item)

    def request_keyframe(self, publication: str) -> None:
        self._known(self.publications, publication)
        self.keyframes.append(publication)

    def stats(self) -> EngineStats:
        return self.counters

    def peer_stats(self, peers: Sequence[str]) -> dict[str, PeerStats]:
        return {peer: self.peer_counters.get(peer, PeerStats()) for peer in peers if peer in self.peers}

    def close(self) -> None: ...

    @property
    def is_bare(self) -> bool:
        """Whether nothing is left of any Peer."""
        return not (self.peers or self.publications or self.slots or self.routes or self.paused or self.speaking)

    @staticmethod
    def _known(table: Mapping[str, object], item: str) -> None:
        if item not in table:
            raise UnknownIdError(item)


class FakeLink:
    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.control: list[ControlFromNode] = []
        self.terms: tuple[int, int] | None = None
        self.is_closed = False

    def receive(self, datagram: bytes) -> None:
        self.received.append(datagram)

    def expect_control(self, remote_port: int, max_message_size: int) -> None:
        self.terms = (remote_port, max_message_size)

    def send_control(self, text: str) -> None:
        self.control.append(CONTROL_FROM_NODE.validate_json(text))

    def close(self) -> None:
        self.is_closed = True

    def said(self, kind: type[Wire]) -> list[Any]:
        """The control messages of one kind, oldest first."""
        return [message for message in self.control if isinstance(message, kind)]


class FakeLinks:
    def __init__(self) -> None:
        self.links: dict[str, FakeLink] = {}

    @property
    def fingerprint(self) -> Fingerprint:
        return NODE_FINGERPRINT

    def open(self, peer: str, fingerprints: Sequence[Fingerprint]) -> Link:
        self.links[peer] = FakeLink()
        return self.links[peer]


class FakeMailbox:
    def __init__(self) -> None:
        self.sent: list[tuple[str, Wire]] = []

    def send(self, participant: str, message: Wire) -> None:
        self.sent.append((participant, message))

    def to(self, participant: str, kind: type[Wire]) -> list[Any]:
        """What one participant was sent of one kind, oldest first."""
        return [message for receiver, message in self.sent if receiver == participant and isinstance(message, kind)]


class FakeReporter:
    def __init__(self) -> None:
        self.events: list[NodeEvent] = []

    def report(self, event: NodeEvent) -> None:
        self.events.append(event)


@dataclass
class ManualClock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """A node with fakes all around it."""

    limits: NodeLimits = field(default_factory=NodeLimits)
    engine: RecordingEngine = field(default_factory=RecordingEngine)
    links: FakeLinks = field(default_factory=FakeLinks)
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    reporter: FakeReporter = field(default_factory=FakeReporter)
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        def make_links(_: LinkListener) -> FakeLinks:
            return self.links

        address = MediaAddress("192.0.2.1", 8083)
        self.node = Node(self.engine, make_links, self.mailbox, self.reporter, address, self.limits, self.clock)

    def link(self, grant: MediaGrant) -> FakeLink:
        return self.links.links[grant.peer]

    def connect(self, grant: MediaGrant) -> None:
        """Let the Peer's media path and control channel come up, and everyone hear of it."""
        self.node.link_secured(grant.peer, KEYS)
        self.emit(IceConnected(grant.peer, ("198.51.100.1", 5000), "udp"))
        self.node.control_opened(grant.peer)
        self.node.tell_changes()
        self.node.tell_changes()

    def emit(self, *events: Event) -> None:
        self.engine.events.extend(events)
        self.node.pump()

    def control(self, grant: MediaGrant, message: Mapping[str, Any]) -> None:
        self.node.control_received(grant.peer, json.dumps(message))


def make_grant(
    session: str = "", participant: str = "", node: str = "", grants: Grants | None = None, name: str = "Ann"
) -> MediaGrant:
    now = int(time.time())
    return MediaGrant(
        iss="parley",
        aud="parley-media",
        iat=now,
        exp=now + 120,
        sub=participant or new_id("par"),
        tenant=new_id("ten"),
        meeting="demo",
        session=session or new_id("ses"),
        peer=new_id("peer"),
        node=node or new_id("nod"),
        name=name,
        role=Role.ATTENDEE,
        grants=grants or Grants(),
    )


class Signer:
    """The control plane's signing key."""

    def __init__(self, key_id: str = "k1") -> None:
        self.key_id = key_id
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwks(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**jwk, "kid": self.key_id, "alg": "ES256", "use": "sig"}]}

    def sign(self, grant: MediaGrant, **changes: Any) -> str:
        claims = {**grant.model_dump(mode="json"), "aud": MEDIA_AUDIENCE, **changes}
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": self.key_id})


def address_of(grant: MediaGrant) -> ParticipantAddress:
    return ParticipantAddress(grant.tenant, grant.meeting, grant.session, grant.sub)


EXTENSIONS = {
    "audio": [
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    ],
    "video": [
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    ],
}
CODECS = {
    "audio": ("111", ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10"]),
    "video": (
        "96 97",
        [
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli",
            "a=rtcp-fb:96 transport-cc",
            "a=rtpmap:97 rtx/90000",
            "a=fmtp:97 apt=96",
        ],
    ),
}


def media_section(mid: str, kind: str, direction: str, *extra: str) -> list[str]:
    formats, codecs = CODECS[kind]
    return [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        *EXTENSIONS[kind],
        *codecs,
        *extra,
    ]


def data_section(mid: str) -> list[str]:
    return ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", f"a=mid:{mid}", "a=sctp-port:5000"]


def make_sdp(*sections: list[str], ufrag: str = "abcd", fingerprint: str = FINGERPRINT) -> str:
    mids = [line.removeprefix("a=mid:") for section in sections for line in section if line.startswith("a=mid:")]
    head = [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
        f"a=ice-ufrag:{ufrag}",
        "a=ice-pwd:0123456789abcdefghijklmn",
        f"a=fingerprint:sha-256 {fingerprint}",
        "a=setup:actpass",
    ]
    return "\r\n".join(head + [line for section in sections for line in section]) + "\r\n"


def usual_sections() -> list[list[str]]:
    """camera 0, microphone 1, screen 2; audio slot 3, video slots 4 and 5; data 6."""
    return [
        media_section("0", "video", "sendonly", "a=rid:q send", "a=rid:f send", "a=simulcast:send q;f"),
        media_section("1", "audio", "sendonly"),
        media_section("2", "video", "sendonly"),
        media_section("3", "audio", "recvonly"),
        media_section("4", "video", "recvonly"),
        media_section("5", "video", "recvonly"),
        data_section("6"),
    ]


def usual_offer(ufrag: str = "abcd", fingerprint: str = FINGERPRINT) -> str:
    return make_sdp(*usual_sections(), ufrag=ufrag, fingerprint=fingerprint)


def join_message(
    offer: str = "", publications: Sequence[PublicationOffer] = (), layout: Sequence[SlotRequest] = (), grant: str = "g"
) -> Join:
    return Join(
        request_id="r1",
        grant=grant,
        offer=offer or usual_offer(),
        publications=tuple(publications),
        layout=tuple(layout),
    )


CAMERA = PublicationOffer(mid="0", source=Source.CAMERA)
MICROPHONE = PublicationOffer(mid="1", source=Source.MICROPHONE)


def publication_of(world: World, grant: MediaGrant, source: Source) -> str:
    room = world.node.room(grant.session)
    assert room is not None
    state = next(s for s in room.roster if s.participant == grant.sub)
    return next(p.publication for p in state.publications if p.source is source)


def later_offer(grant: MediaGrant, sdp: str, publications: tuple[PublicationOffer, ...] = ()) -> Offer:
    return Offer(request_id="r2", peer=grant.peer, offer=sdp, publications=publications)
