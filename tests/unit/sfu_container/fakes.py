"""Stand-ins for what a node has around it, which record what they are told."""

from __future__ import annotations

import json
import time
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
    Event,
    IceConnected,
)
from sfu_container.node import Node, NodeLimits
from sfu_container.offer import Fingerprint
from sfu_container.peer import MediaAddress
from sfu_container.ports import Link, LinkListener, SrtpKeys
from sfu_container.traces import NoTraces, Traces
from tests.unit.sfu_container.offers import usual_offer
from tests.unit.sfu_container.recording_engine import RecordingEngine

NODE_FINGERPRINT = Fingerprint("sha-256", ":".join(["CD"] * 32))
KEYS = SrtpKeys("AEAD_AES_128_GCM", b"r" * 28, b"s" * 28)


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
    traces: Traces = field(default_factory=NoTraces)

    def __post_init__(self) -> None:
        def make_links(_: LinkListener) -> FakeLinks:
            return self.links

        address = MediaAddress("192.0.2.1", 8083)
        self.node = Node(
            self.engine, make_links, self.mailbox, self.reporter, address, self.limits, self.clock, self.traces
        )

    def link(self, grant: MediaGrant) -> FakeLink:
        return self.links.links[grant.peer]

    def enter(self, grant: MediaGrant, *publications: PublicationOffer) -> MediaGrant:
        """Let somebody join, publish that and connect."""
        self.node.join(grant, join_message(publications=publications))
        self.connect(grant)
        return grant

    def connect(self, grant: MediaGrant) -> None:
        """Let the Peer's media path and control channel come up, and everyone hear of it."""
        self.node.link_events.link_secured(grant.peer, KEYS)
        self.emit(IceConnected(grant.peer, ("198.51.100.1", 5000), "udp"))
        self.node.link_events.control_opened(grant.peer)
        self.node.tell_changes()
        self.node.tell_changes()

    def emit(self, *events: Event) -> None:
        self.engine.events.extend(events)
        self.node.engine_events.pump()

    def control(self, grant: MediaGrant, message: Mapping[str, Any]) -> None:
        self.node.link_events.control_received(grant.peer, json.dumps(message))


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
    room = world.node.rooms.of_session(grant.session)
    assert room is not None
    state = next(s for s in room.roster if s.participant == grant.sub)
    return next(p.publication for p in state.publications if p.source is source)


def later_offer(grant: MediaGrant, sdp: str, publications: tuple[PublicationOffer, ...] = ()) -> Offer:
    return Offer(request_id="r2", peer=grant.peer, offer=sdp, publications=publications)
