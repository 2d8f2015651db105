"""The packet engine of a node: one thread that moves packets, driven by calls, answering with events.

Every call runs between two batches of packets and returns when it is done, well below a millisecond later. A call about
an unknown name raises `UnknownIdError`, one that contradicts an earlier one `ValueError`, one after `close`
`ClosedError`. What a call means is written at `sfu_container.engine.Engine`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypedDict, final

__all__ = ["ClosedError", "Engine", "UnknownIdError"]

class UnknownIdError(KeyError): ...
class ClosedError(RuntimeError): ...

class _Codec(Protocol):
    @property
    def payload_type(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def clock_rate(self) -> int: ...
    @property
    def rtx_payload_type(self) -> int | None: ...
    @property
    def profiles(self) -> Sequence[str]: ...

class _Encoding(Protocol):
    @property
    def rid(self) -> str | None: ...
    @property
    def ssrc(self) -> int | None: ...
    @property
    def rtx_ssrc(self) -> int | None: ...

class _Config(Protocol):
    @property
    def ice_timeout_ms(self) -> int: ...
    @property
    def retransmission_cache_packets(self) -> int: ...
    @property
    def speakers_interval_ms(self) -> int: ...
    @property
    def keyframe_timeout_ms(self) -> int: ...

# Each event begins with its kind; the fields follow in the order of the data class in `sfu_container.engine`.
_Event = (
    tuple[Literal["iceConnected"], str, str, int, Literal["udp", "tcp"]]
    | tuple[Literal["iceLost"], str]
    | tuple[Literal["dtlsReceived"], str, bytes]
    | tuple[Literal["streamStarted"], str, str | None, int]
    | tuple[Literal["slotChanged"], str, str | None, str | None]
    | tuple[Literal["encodingsWanted"], str, str, tuple[tuple[str | None, bool], ...]]
    | tuple[Literal["codecUnsupported"], str, str, str]
    | tuple[Literal["speakersChanged"], str, tuple[tuple[str, int], ...], str | None]
    | tuple[Literal["keyframeTimeout"], str]
)

# Statistics; what the fields mean is written at the data classes of the same names in `sfu_container.engine_stats`.
class _StreamStats(TypedDict):
    packets: int
    bytes: int
    lost: int
    nacks: int
    keyframe_requests: int
    retransmitted: int

class _EncodingStats(_StreamStats):
    publication: str
    kind: Literal["audio", "video"]
    rid: str | None
    keyframes: int
    packets_per_second: int
    bits_per_second: int
    loss_ratio: float
    jitter_seconds: float
    height: int | None

class _SlotStats(_StreamStats):
    slot: str
    kind: Literal["audio", "video"]
    publication: str | None
    rid: str | None
    height: int | None
    spatial_layer: int | None
    temporal_layer: int | None
    packets_per_second: int
    bits_per_second: int
    loss_ratio: float | None
    jitter_seconds: float | None
    freezes: int
    frozen_seconds: float

class _PeerStats(TypedDict):
    received: _StreamStats
    sent: _StreamStats
    received_bits_per_second: int
    sent_bits_per_second: int
    round_trip_seconds: float | None
    transport: Literal["udp", "tcp"] | None
    estimate_bits_per_second: int | None
    encodings: list[_EncodingStats]
    slots: list[_SlotStats]

# Upper bounds with how many values were not above them, and the sum of all values.
_Distribution = tuple[list[tuple[float, int]], float]
# Loss ratio and jitter, by kind.
_Reports = dict[Literal["audio", "video"], tuple[_Distribution, _Distribution]]

class _EngineStats(TypedDict):
    received: _StreamStats
    sent: _StreamStats
    freezes: int
    round_trip_seconds: _Distribution
    received_reports: _Reports
    sent_reports: _Reports
    dropped: dict[str, int]
    peers: int
    publications: dict[Literal["audio", "video"], int]
    carrying_slots: dict[Literal["audio", "video"], int]
    estimated_peers: int
    estimate_bits_per_second: int
    paced_packets: int
    waiting_events: int
    cpu_seconds: float

@final
class Engine:
    def __new__(cls, udp: Sequence[tuple[str, int]], tcp: Sequence[tuple[str, int]], config: _Config) -> Engine: ...
    @property
    def udp_addresses(self) -> list[tuple[str, int]]: ...
    @property
    def tcp_addresses(self) -> list[tuple[str, int]]: ...
    def event_fd(self) -> int: ...
    def poll_events(self, limit: int) -> list[_Event]: ...
    def add_peer(self, peer: str, ufrag: str, pwd: str) -> None: ...
    def add_plain(self, peer: str, remote: tuple[str, int], profile: str, rx: bytes, tx: bytes) -> None: ...
    def restart_ice(self, peer: str, ufrag: str, pwd: str, grace_ms: int) -> None: ...
    def remove_peer(self, peer: str) -> None: ...
    def send_dtls(self, peer: str, data: bytes) -> None: ...
    def set_srtp(self, peer: str, profile: str, rx: bytes, tx: bytes) -> None: ...
    def add_publication(
        self,
        peer: str,
        publication: str,
        kind: str,
        mid: str,
        encodings: Sequence[_Encoding],
        codecs: Sequence[_Codec],
        extensions: Mapping[int, str],
    ) -> None: ...
    def add_slot(
        self,
        peer: str,
        slot: str,
        kind: str,
        mid: str,
        ssrc: int,
        rtx_ssrc: int | None,
        codecs: Sequence[_Codec],
        extensions: Mapping[int, str],
    ) -> None: ...
    def route(self, slot: str, publication: str | None, max_height: int, max_temporal: int, priority: int) -> None: ...
    def route_speakers(self, peer: str, room: str) -> None: ...
    def set_paused(self, item: str, paused: bool) -> None: ...
    def remove(self, item: str) -> None: ...
    def request_keyframe(self, publication: str) -> None: ...
    def stats(self) -> _EngineStats: ...
    def peer_stats(self, peers: Sequence[str]) -> dict[str, _PeerStats]: ...
    def close(self) -> None: ...
