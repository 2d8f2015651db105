"""DTLS to one Peer, on aiortc, over whatever path the Engine has found (RFC 5764, RFC 8842).

The node is the DTLS server. The handshake begins with the first datagram, before ICE has nominated a path. It yields
the SRTP keys; afterwards DTLS carries the control channel only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, cast

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTP_PROFILES,
    SRTPProtectionProfile,
    State,
)
from OpenSSL import SSL

from sfu_container.control_channel import ControlChannel
from sfu_container.engine import SrtpProfile
from sfu_container.offer import Fingerprint
from sfu_container.ports import Link, LinkListener, SrtpKeys
from sfu_container.rate_limit import Rate, TokenBucket

logger = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 15.0
MAX_WAITING_DATAGRAMS = 64
DATAGRAM_RATE = Rate(per_second=500, burst=1_000)

# The cheapest first: OpenSSL takes the server's first choice that the client offers too.
PREFERRED_PROFILES = (SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80)
PROFILE_NAMES: dict[bytes, SrtpProfile] = {
    SRTP_AEAD_AES_128_GCM.openssl_profile: "AEAD_AES_128_GCM",
    SRTP_AEAD_AES_256_GCM.openssl_profile: "AEAD_AES_256_GCM",
    SRTP_AES128_CM_SHA1_80.openssl_profile: "AES128_CM_HMAC_SHA1_80",
}
KEYING_LABEL = b"EXTRACTOR-dtls_srtp"


class DatagramPath:
    """What aiortc takes for an ICE transport: it only ever receives, sends and asks for the role."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._datagrams: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING_DATAGRAMS)
        self._send_datagram = send

    def put(self, datagram: bytes) -> None:
        """Queue what came; a full queue loses it, as a network would."""
        if datagram and not self._datagrams.full():
            self._datagrams.put_nowait(datagram)

    async def _recv(self) -> bytes:
        return await self._datagrams.get()

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)


class NodeCertificate(RTCCertificate):
    """The node's certificate, with one OpenSSL context for all Peers where aiortc makes one for each.

    A Peer keeps 65 KiB of OpenSSL's memory so, instead of 98: the context's own, the buffers that stand empty between
    messages, and a session that nobody resumes.
    """

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_mode(SSL.MODE_RELEASE_BUFFERS)
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


class MediaDtlsTransport(RTCDtlsTransport):
    """aiortc's transport, which hands its SRTP keys over instead of using them."""

    def __init__(self, path: DatagramPath, certificate: RTCCertificate) -> None:
        super().__init__(cast(Any, path), [certificate])
        self._set_role("server")
        self._srtp_profiles = [profile for profile in PREFERRED_PROFILES if profile in SRTP_PROFILES]
        self.keys: SrtpKeys | None = None

    def _setup_srtp(self) -> None:
        assert self._ssl is not None, "start() makes it before the handshake"
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in self._srtp_profiles if p.openssl_profile == chosen), None)
        if profile is None:
            self._set_state(State.FAILED)
            return
        length = 2 * (profile.key_length + profile.salt_length)
        material = self._ssl.export_keying_material(KEYING_LABEL, length)
        self.keys = SrtpKeys(
            profile=PROFILE_NAMES[chosen],
            receive=profile.get_key_and_salt(material, 0),
            send=profile.get_key_and_salt(material, 1),
        )

    async def _send_data(self, data: bytes) -> None:
        # SCTP's timers may outlive the connection for a moment; what they send then is for nobody.
        if self._state is State.CONNECTED:
            await super()._send_data(data)


class DtlsLink:
    """The link to one Peer: handshake, then the control channel."""

    def __init__(
        self,
        peer: str,
        certificate: RTCCertificate,
        fingerprints: Sequence[Fingerprint],
        send: Callable[[bytes], None],
        listener: LinkListener,
    ) -> None:
        self._peer = peer
        self._listener = listener
        self._path = DatagramPath(send)
        self._dtls = MediaDtlsTransport(self._path, certificate)
        self._remote = RTCDtlsParameters(
            fingerprints=[RTCDtlsFingerprint(algorithm=f.algorithm, value=f.value) for f in fingerprints]
        )
        self._loop = asyncio.get_running_loop()
        self._bucket = TokenBucket(DATAGRAM_RATE, self._loop.time())
        self._control: ControlChannel | None = None
        self._control_terms: tuple[int, int] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_begun = False

    def receive(self, datagram: bytes) -> None:
        if not self._bucket.take(self._loop.time()):
            return
        self._path.put(datagram)
        if not self._is_begun:
            self._is_begun = True
            self._spawn(self._handshake())

    def expect_control(self, remote_port: int, max_message_size: int) -> None:
        if self._control_terms is None:
            self._control_terms = (remote_port, max_message_size)
            if self._dtls.state == "connected":
                self._spawn(self._open_control())

    def send_control(self, text: str) -> None:
        if self._control is not None:
            self._control.send(text)

    def close(self) -> None:
        self._dtls.remove_all_listeners()
        if self._control is not None:
            self._control.close()
        for task in self._tasks:
            task.cancel()
        if self._dtls._task is not None:
            self._dtls._task.cancel()

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handshake(self) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await self._dtls.start(self._remote)
        except TimeoutError:
            logger.info("peer=%s the DTLS handshake took too long", self._peer)
        except Exception:
            logger.exception("peer=%s the DTLS handshake broke", self._peer)
        if self._dtls.state != "connected" or self._dtls.keys is None:
            self._listener.link_failed(self._peer)
            return
        self._dtls.on("statechange", self._state_changed)
        self._listener.link_secured(self._peer, self._dtls.keys)
        await self._open_control()

    async def _open_control(self) -> None:
        if self._control_terms is None or self._control is not None:
            return
        self._control = ControlChannel(
            self._dtls,
            on_open=lambda: self._listener.control_opened(self._peer),
            on_message=lambda data: self._listener.control_received(self._peer, data),
        )
        await self._control.start(*self._control_terms)

    def _state_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._listener.link_closed(self._peer)


class DtlsLinks:
    """Opens links with one certificate, made at start."""

    def __init__(self, send: Callable[[str, bytes], None], listener: LinkListener) -> None:
        self._certificate = NodeCertificate.generateCertificate()
        self._send = send
        self._listener = listener
        digest = next(f for f in self._certificate.getFingerprints() if f.algorithm == "sha-256")
        self._fingerprint = Fingerprint(digest.algorithm, digest.value)

    @property
    def fingerprint(self) -> Fingerprint:
        return self._fingerprint

    def open(self, peer: str, fingerprints: Sequence[Fingerprint]) -> Link:
        return DtlsLink(peer, self._certificate, fingerprints, lambda data: self._send(peer, data), self._listener)
