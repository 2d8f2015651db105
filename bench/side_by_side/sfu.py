"""What a run needs of an SFU: to be started, and to let publishers and subscribers in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

FIRST_CLIENT_ADDRESS = IPv4Address("127.1.0.1")


@dataclass(frozen=True)
class Client:
    """An endpoint of the generator, as an SFU sees it."""

    number: int
    port: int
    fingerprint: str
    is_verified: bool = False
    """Whether it opens every packet that it receives, for its content and its latency."""

    @property
    def address(self) -> str:
        return str(FIRST_CLIENT_ADDRESS + self.number)

    @property
    def ufrag(self) -> str:
        return f"user{self.number:05d}"

    @property
    def password(self) -> str:
        return f"password-of-user-{self.number:05d}"


@dataclass(frozen=True)
class Track:
    """A published VP8 stream."""

    ssrc: int
    packets_per_frame: int
    frames_per_second: int = 30
    packet_len: int = 1_200
    """In bytes, with the RTP header, without what SRTP adds."""
    payload_type: int = 96
    mid: str = "0"


@dataclass(frozen=True)
class Remote:
    """The SFU's end of a client's media path, from its SDP."""

    ufrag: str
    password: str
    address: str
    port: int
    fingerprint: str
    is_dtls_client: bool
    """Whether the SFU begins the handshake."""
    transport_sequence_id: int | None
    """The header extension for TWCC, where it was agreed on."""


@dataclass(frozen=True)
class Published:
    remote: Remote
    key: str
    """How the SFU names what is published."""


class Sfu(Protocol):
    name: str

    async def start(self) -> int:
        """A fresh process, ready for clients; its id."""

    async def publish(self, client: Client, track: Track) -> Published: ...

    async def subscribe(self, client: Client, keys: Sequence[str], with_feedback: bool) -> Remote:
        """Let a client have what is published under `keys`; `with_feedback` asks for TWCC."""

    async def stop(self) -> None: ...
