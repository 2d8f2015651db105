"""The link to a Peer, with aiortc's own DTLS and SCTP on the other side of a pair of queues."""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiortc import (
    RTCCertificate,
    RTCDataChannel,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCSctpTransport,
)
from aiortc.rtcdatachannel import RTCDataChannelParameters
from aiortc.rtcdtlstransport import SRTP_AES128_CM_SHA1_80
from aiortc.rtcsctptransport import DataChunk, RTCSctpCapabilities, SackChunk, serialize_packet

from parley_protocol.control import CONTROL_CHANNEL
from sfu_container import control_channel
from sfu_container.dtls import DatagramPath, DtlsLinks
from sfu_container.offer import Fingerprint
from sfu_container.ports import SrtpKeys
from tests.support.waiting import eventually


@dataclass
class RecordingListener:
    keys: list[SrtpKeys] = field(default_factory=list)
    failed: int = 0
    closed: int = 0
    opened: int = 0
    messages: list[str | bytes] = field(default_factory=list)

    def link_secured(self, peer: str, keys: SrtpKeys) -> None:
        self.keys.append(keys)

    def link_failed(self, peer: str) -> None:
        self.failed += 1

    def link_closed(self, peer: str) -> None:
        self.closed += 1

    def control_opened(self, peer: str) -> None:
        self.opened += 1

    def control_received(self, peer: str, data: str | bytes) -> None:
        self.messages.append(data)


class Pair:
    """A node's link and a client, joined by a lossless wire that a test may cut."""

    def __init__(self, fingerprint: Fingerprint | None = None) -> None:
        self.listener = RecordingListener()
        self.is_cut = False
        certificate = RTCCertificate.generateCertificate()
        own = certificate.getFingerprints()[0]
        self.links = DtlsLinks(self._to_client, self.listener)
        self.link = self.links.open("peer_1", [fingerprint or Fingerprint(own.algorithm, own.value)])
        self.path = DatagramPath(self._to_node)
        self.dtls = RTCDtlsTransport(self.path, [certificate])  # type: ignore[arg-type] # duck-typed, as in the node
        self.dtls._set_role("client")
        self.sctp = RTCSctpTransport(self.dtls)
        self.received: list[Any] = []

    def _to_client(self, _: str, data: bytes) -> None:
        if not self.is_cut:
            self.path.put(data)

    def _to_node(self, data: bytes) -> None:
        if not self.is_cut:
            self.link.receive(data)

    async def shake_hands(self) -> None:
        remote = self.links.fingerprint
        parameters = RTCDtlsParameters(fingerprints=[RTCDtlsFingerprint(remote.algorithm, remote.value)])
        await self.dtls.start(parameters)

    async def open_channel(self, label: str = CONTROL_CHANNEL) -> RTCDataChannel:
        self.link.expect_control(5000, 65_536)
        await self.sctp.start(RTCSctpCapabilities(maxMessageSize=0), 5000)
        channel = RTCDataChannel(self.sctp, RTCDataChannelParameters(label=label))
        channel.on("message", self.received.append)
        await eventually(lambda: channel.readyState == "open", "the channel is open", every=0.005)
        return channel

    async def close(self) -> None:
        self.link.close()
        await self.sctp.stop()
        await self.dtls.stop()


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    yield pair
    await pair.close()


async def settled(condition: Any, what: str) -> None:
    await eventually(condition, what, every=0.005)


async def test_a_handshake_yields_keys_that_fit_the_clients(pair: Pair) -> None:
    await pair.shake_hands()
    await settled(lambda: pair.listener.keys, "the handshake is done")
    (keys,) = pair.listener.keys
    assert keys.profile == "AEAD_AES_128_GCM"
    assert len(keys.receive) == len(keys.send) == 28
    ssl = pair.dtls._ssl
    assert ssl is not None
    material = ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 56)
    assert keys.receive == material[:16] + material[32:44]
    assert keys.send == material[16:32] + material[44:]


async def test_a_client_without_gcm_gets_aes_cm(pair: Pair) -> None:
    pair.dtls._srtp_profiles = [SRTP_AES128_CM_SHA1_80]
    await pair.shake_hands()
    await settled(lambda: pair.listener.keys, "the handshake is done")
    assert pair.listener.keys[0].profile == "AES128_CM_HMAC_SHA1_80"
    assert len(pair.listener.keys[0].receive) == 30


async def test_another_certificate_than_the_offers_fails() -> None:
    pair = Pair(Fingerprint("sha-256", ":".join(["00"] * 32)))
    await pair.shake_hands()
    await settled(lambda: pair.listener.failed == 1, "the link failed")
    assert pair.listener.keys == []
    await pair.close()


async def test_a_client_without_a_shared_srtp_profile_fails(pair: Pair) -> None:
    pair.dtls._srtp_profiles = [replace(SRTP_AES128_CM_SHA1_80, openssl_profile=b"SRTP_AES128_CM_SHA1_32")]
    await pair.shake_hands()
    await settled(lambda: pair.listener.failed == 1, "the link failed")


async def test_a_handshake_that_does_not_end_fails(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfu_container.dtls.HANDSHAKE_SECONDS", 0.05)
    pair.link.receive(b"\x16garbage that begins a handshake")
    await settled(lambda: pair.listener.failed == 1, "the link failed")


async def test_garbage_before_the_handshake_does_no_harm(pair: Pair) -> None:
    for garbage in (b"", b"\x00", b"\x16\xfe\xfd" + b"\xff" * 40, b"\x80" * 20):
        pair.link.receive(garbage)
    await pair.shake_hands()
    await settled(lambda: pair.listener.keys, "the handshake is done")


async def test_the_client_closing_in_order_is_noticed(pair: Pair) -> None:
    await pair.shake_hands()
    await settled(lambda: pair.listener.keys, "the handshake is done")
    await pair.dtls.stop()
    await settled(lambda: pair.listener.closed == 1, "the link is closed")


async def test_nothing_is_said_after_close(pair: Pair) -> None:
    await pair.shake_hands()
    await settled(lambda: pair.listener.keys, "the handshake is done")
    await pair.open_channel()
    await settled(lambda: pair.listener.opened, "the channel is open")
    pair.link.close()
    pair.link.send_control("{}")
    await pair.dtls.stop()
    await asyncio.sleep(0)
    assert pair.listener.closed == 0


async def test_messages_go_both_ways_on_the_control_channel(pair: Pair) -> None:
    await pair.shake_hands()
    channel = await pair.open_channel()
    await settled(lambda: pair.listener.opened == 1, "the control channel is open")
    channel.send("from the client")
    channel.send(b"bytes")
    pair.link.send_control("from the node")
    await settled(lambda: pair.received == ["from the node"], "the client has it")
    await settled(lambda: pair.listener.messages == ["from the client", b"bytes"], "the node has them")


async def test_a_control_channel_may_be_negotiated_after_the_handshake(pair: Pair) -> None:
    await pair.shake_hands()
    await settled(lambda: pair.listener.keys, "the handshake is done")
    pair.link.expect_control(5000, 65_536)
    pair.link.expect_control(5000, 65_536)
    await pair.open_channel()
    await settled(lambda: pair.listener.opened == 1, "the control channel is open")


async def test_a_channel_of_another_name_is_not_listened_to(pair: Pair) -> None:
    await pair.shake_hands()
    other = await pair.open_channel("other")
    other.send("psst")
    control = RTCDataChannel(pair.sctp, RTCDataChannelParameters(label=CONTROL_CHANNEL))
    await settled(lambda: control.readyState == "open", "the control channel is open")
    control.send("hello")
    await settled(lambda: pair.listener.messages, "a message came")
    assert pair.listener.messages == ["hello"]


async def test_only_a_few_channels_are_opened(pair: Pair) -> None:
    await pair.shake_hands()
    await pair.open_channel()
    for _ in range(3):
        extra = RTCDataChannel(pair.sctp, RTCDataChannelParameters(label="x"))
        await settled(lambda one=extra: one.readyState == "open", "an extra channel is open")
    sctp = pair.link._control._sctp  # type: ignore[attr-defined] # the association under test
    RTCDataChannel(pair.sctp, RTCDataChannelParameters(label="one too many"))
    await settled(lambda: sctp.state == "closed", "the association is closed")


async def test_a_client_that_does_not_read_gets_the_state_once_it_does(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_channel, "MAX_BUFFERED_BYTES", 200_000)
    await pair.shake_hands()
    await pair.open_channel()
    await settled(lambda: pair.listener.opened == 1, "the control channel is open")
    pair.is_cut = True
    for _ in range(1_000):
        pair.link.send_control("x" * 1_000)
    channel = pair.link._control._channel  # type: ignore[attr-defined] # what waits in it is the point
    assert channel.bufferedAmount <= 200_000
    pair.is_cut = False
    await settled(lambda: pair.listener.opened == 2, "the listener is asked for the whole state")
    assert len(pair.received) <= 200


async def raw_chunk(pair: Pair, chunk: Any) -> None:
    sctp = pair.sctp
    packet = serialize_packet(sctp._local_port, sctp._remote_port or 0, sctp._remote_verification_tag, chunk)
    await pair.dtls._send_data(packet)


async def test_sctp_that_breaks_its_reader_is_dropped_and_the_link_lives(pair: Pair) -> None:
    await pair.shake_hands()
    channel = await pair.open_channel()
    await settled(lambda: pair.listener.opened == 1, "the control channel is open")
    await pair.dtls._send_data(b"\xff" * 200)
    await raw_chunk(pair, RawChunk(4, struct.pack("!HH", 1, 0)))
    await raw_chunk(pair, RawChunk(130, struct.pack("!HHB", 13, 5, 0)))
    await raw_chunk(pair, RawChunk(0, b"short"))
    await raw_chunk(pair, RawChunk(192, b"odd"))
    sack = SackChunk()
    sack.cumulative_tsn = pair.sctp._last_received_tsn or 0
    sack.gaps = [(1, 65_535)] * 200
    await raw_chunk(pair, sack)
    channel.send("still here")
    await settled(lambda: pair.listener.messages == ["still here"], "the link goes on")
    assert pair.listener.closed == 0


async def test_a_message_that_never_ends_closes_the_association(pair: Pair) -> None:
    await pair.shake_hands()
    await pair.open_channel()
    await settled(lambda: pair.listener.opened == 1, "the control channel is open")
    node_sctp = pair.link._control._sctp  # type: ignore[attr-defined] # the association under test
    for number in range(600):
        chunk = DataChunk(flags=2 if number == 0 else 0)
        chunk.tsn = (pair.sctp._local_tsn + number) % 2**32
        chunk.stream_id, chunk.stream_seq, chunk.protocol = 2, 0, 51
        chunk.user_data = b"x" * 1_000
        await raw_chunk(pair, chunk)
        await asyncio.sleep(0)
        if node_sctp.state == "closed":
            break
    await settled(lambda: node_sctp.state == "closed", "the association is closed")
    assert pair.listener.closed == 0


class RawChunk:
    """A chunk of any type with any body."""

    def __init__(self, kind: int, body: bytes) -> None:
        self._bytes = struct.pack("!BBH", kind, 0, len(body) + 4) + body + b"\0" * (-len(body) % 4)

    def __bytes__(self) -> bytes:
        return self._bytes
