"""An offer as typed facts: what the client sends, what it would receive, and how it is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
_PAYLOAD_TYPE = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A digest of the certificate that the other side will show (RFC 8122)."""

    algorithm: str
    value: str


@dataclass(slots=True)
class OfferedCodec:
    """One payload type of an m-line as offered."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int = 1
    parameters: dict[str, str] = field(default_factory=dict)
    """Of its `fmtp`, by lower-case name, as far as they have the form `name=value`."""
    blocks: tuple[int, ...] = ()
    """For RED: the payload types of what it carries, from an `fmtp` of the form `111/111` (RFC 2198, 5)."""
    feedback: set[str] = field(default_factory=set)

    @property
    def apt(self) -> int | None:
        """For RTX: the payload type that it repairs (RFC 4588, 8.1)."""
        value = self.parameters.get("apt", "")
        return int(value) if _PAYLOAD_TYPE.fullmatch(value) else None


@dataclass(slots=True)
class MediaLine:
    """One m-line of an offer."""

    kind: str
    protocol: str
    formats: tuple[str, ...]
    rejected: bool
    """Offered with port 0 and not for bundling only: unused."""
    mid: str = ""
    direction: Direction = "sendrecv"
    codecs: dict[int, OfferedCodec] = field(default_factory=dict)
    """By payload type, in the order offered."""
    feedback: set[str] = field(default_factory=set)
    """What is offered for all codecs (`rtcp-fb:*`), besides what each has of its own."""
    extensions: dict[int, str] = field(default_factory=dict)
    allows_mixed_extensions: bool = False
    """`extmap-allow-mixed` (RFC 8285, 6), here or for the whole offer."""
    rids: list[str] = field(default_factory=list)
    """The simulcast streams that the client sends, in its order: lowest first."""
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    rtcp_mux: bool = False
    sctp_port: int = 5000
    max_message_size: int = 65_536
    """What the client takes on a data channel, in bytes; 0 means any size (RFC 8841)."""


@dataclass(slots=True)
class Offer:
    """What a client offers. ICE and DTLS are those of the bundle's first m-line, or the session's."""

    media: list[MediaLine] = field(default_factory=list)
    bundle: tuple[str, ...] = ()
    ice_ufrag: str = ""
    ice_pwd: str = ""
    fingerprints: tuple[Fingerprint, ...] = ()
    setup: str = "actpass"
