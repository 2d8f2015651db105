"""The seam between rooms and packets.

Everything above it (rooms, SDP, DTLS, signalling) names Peers, Publications and Slots and never sees an RTP packet;
everything below it moves packets and never sees a person. An Engine is driven by calls and answers with events: wait
until `event_fd` is readable, then `poll_events`. No call blocks; one that names an unknown id raises `UnknownIdError`,
one that names a new thing by an id, ufrag, mid or SSRC already in use raises `ValueError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sfu_container.engine_stats import EngineStats, PeerStats

MediaKind = Literal["audio", "video"]
SrtpProfile = Literal["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES128_CM_HMAC_SHA1_80"]


class UnknownIdError(KeyError):
    """The Peer, Publication or Slot is not, or no longer, known to the Engine."""


@dataclass(frozen=True, slots=True)
class EngineConfig:
    ice_timeout_ms: int = 5_000
    """Silence from a Peer (no valid STUN check and no authentic packet) after which `IceLost` is raised.

    Consent to send, which only STUN renews, lasts 30 s (RFC 7675, 5.1).
    """
    retransmission_cache_packets: int = 1_024
    """Packets kept per Publication encoding to answer NACKs."""
    speakers_interval_ms: int = 200
    """The least time between two `SpeakersChanged` of a room."""
    keyframe_timeout_ms: int = 2_000
    """How long a keyframe asked for may take before `KeyframeTimeout`; it is asked for again meanwhile."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of an m-line as negotiated."""

    payload_type: int
    name: str
    """As in SDP: VP8, opus …"""
    clock_rate: int
    rtx_payload_type: int | None = None
    profiles: tuple[str, ...] = ()
    """Where not every receiver decodes every profile: of a Publication the one sent, of a Slot those decoded.

    The closest first; empty where a codec has only one.
    """


@dataclass(frozen=True, slots=True)
class Encoding:
    """One stream of a Publication: a simulcast `rid`, or the only one, announced by SSRC or found by `mid`."""

    rid: str | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """An m-line that a Peer sends."""

    kind: MediaKind
    mid: str
    encodings: tuple[Encoding, ...]
    """Lowest first."""
    codecs: tuple[Codec, ...]
    """What it may be sent in."""
    extensions: Mapping[int, str]
    """URIs by id (RFC 8285)."""


@dataclass(frozen=True, slots=True)
class SlotLine:
    """An m-line that a Peer receives."""

    kind: MediaKind
    mid: str
    ssrc: int
    """The same as long as the Slot lives."""
    rtx_ssrc: int | None
    """For repetitions, where RTX is negotiated."""
    codecs: tuple[Codec, ...]
    """What it may carry."""
    extensions: Mapping[int, str]
    """URIs by id (RFC 8285)."""


@dataclass(frozen=True, slots=True)
class IceConnected:
    """A check with USE-CANDIDATE was valid. Again after a restart or when the Peer's address changed."""

    peer: str
    remote: tuple[str, int]
    protocol: Literal["udp", "tcp"]


@dataclass(frozen=True, slots=True)
class IceLost:
    """Nothing valid came for `ice_timeout_ms`. The Peer stays until it is removed, and may come back."""

    peer: str


@dataclass(frozen=True, slots=True)
class DtlsReceived:
    peer: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """The first packet of an encoding came."""

    publication: str
    rid: str | None
    ssrc: int


@dataclass(frozen=True, slots=True)
class SlotChanged:
    """The Slot now carries this Publication's encoding, or nothing. Raised at the switch, not at the wish."""

    slot: str
    publication: str | None
    rid: str | None


@dataclass(frozen=True, slots=True)
class EncodingsWanted:
    """The publisher need not send all encodings any more, or has to send more of them again (dynacast).

    An encoding is wanted again as soon as a Slot is to carry it, and not wanted when none was for five seconds. At
    first all are wanted. A publisher that goes on sending what is not wanted does no harm.
    """

    peer: str
    publication: str
    encodings: tuple[tuple[str | None, bool], ...]
    """The `rid` of each encoding, and whether it is wanted; lowest first. The only one may have no `rid`."""


@dataclass(frozen=True, slots=True)
class CodecUnsupported:
    """The Slot's receiver did not negotiate the codec of the Publication that it is to carry. It is empty now."""

    slot: str
    publication: str
    codec: str
    """Its name in upper case."""


@dataclass(frozen=True, slots=True)
class SpeakersChanged:
    room: str
    levels: tuple[tuple[str, int], ...]
    """Publications that are heard, loudest first, with their level in -dBov (RFC 6464)."""
    dominant: str | None


@dataclass(frozen=True, slots=True)
class KeyframeTimeout:
    publication: str


Event = (
    IceConnected
    | IceLost
    | DtlsReceived
    | StreamStarted
    | SlotChanged
    | CodecUnsupported
    | EncodingsWanted
    | SpeakersChanged
    | KeyframeTimeout
)


class Engine(Protocol):
    def event_fd(self) -> int:
        """A file descriptor that is readable while events wait."""

    def poll_events(self, limit: int) -> list[Event]:
        """Up to `limit` events, oldest first; never blocks."""

    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None:
        """Answer STUN checks for our ICE credentials `ufrag`:`pwd` (RFC 8445; we are ICE-lite and controlled)."""

    def add_plain(self, peer: str, remote: tuple[str, int], profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        """Add a Peer at a fixed address, with keys from signalling: a recorder, an ingest, a pipe to another node.

        It needs neither ICE nor DTLS. Keys are as in `set_srtp`. Raises `ValueError` for an address in use.
        """

    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int) -> None:
        """Take new credentials; the old ones and the old path go on for `grace_ms`, or until the new path is valid."""

    def remove_peer(self, peer: str) -> None:
        """Forget the Peer with its Publications and Slots. Slots elsewhere that carried them become empty."""

    def send_dtls(self, peer: str, data: bytes) -> None: ...

    def set_srtp(self, peer: str, profile: SrtpProfile, rx: bytes, tx: bytes) -> None:
        """Keys for both directions, each the master key followed by the master salt (RFC 5764, 4.2)."""

    def add_publication(self, peer: str, publication: str, line: PublicationLine) -> None:
        """Receive an m-line of the Peer.

        Again for the same one, with the same encodings, it takes the codecs and extensions negotiated now.
        """

    def add_slot(self, peer: str, slot: str, line: SlotLine) -> None:
        """Send an m-line to the Peer from SSRCs which no other Slot of it has, nor has had.

        Again for the same one it takes the codecs and extensions negotiated now. What the Slot carries goes on under
        its SSRCs and numbers, or ends where the receiver cannot decode it any more.
        """

    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, priority: int) -> None:
        """Let a video Slot carry a Publication, in the lowest encoding at least `max_height` pixels high.

        The switch waits for a keyframe, which is asked for; until then the Slot goes on with what it had. Only
        encodings in a codec of the Slot count; when there are none among those that have begun, `CodecUnsupported`.
        """

    def route_speakers(self, peer: str, room: str) -> None:
        """Let the Peer speak in `room`, and its audio Slots carry the loudest others of that room."""

    def set_paused(self, item: str, paused: bool) -> None:
        """Stop or go on forwarding a Publication to everyone, or into one Slot; a Slot that stops is empty."""

    def remove(self, item: str) -> None:
        """Forget a Publication or a Slot."""

    def request_keyframe(self, publication: str) -> None: ...

    def stats(self) -> EngineStats:
        """Of the whole engine."""

    def peer_stats(self, peers: Sequence[str]) -> dict[str, PeerStats]:
        """Of these Peers; one that is gone is left out. However many they are, packets wait for well below 1 ms."""

    def close(self) -> None:
        """Close the sockets. No call is allowed after it."""
