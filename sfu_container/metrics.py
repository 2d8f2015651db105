"""The node's metrics for Prometheus, read from its counters when they are asked for; docs/metrics.md explains them.

No label names a Peer, a session or a tenant: the number of time series does not depend on who meets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from sfu_container.engine import Engine, MediaKind
from sfu_container.engine_stats import Distribution, EngineStats, ReportStats
from sfu_container.loop_lag import LoopLag
from sfu_container.node import Node

BITS_PER_BYTE = 8

_STREAM_COUNTERS = {
    "packets": "RTP packets",
    "bytes": "Bytes of RTP packets",
    "lost": "RTP packets that were missing at their receiver",
    "nacks": "RTP packets that their receiver asked for again",
    "retransmitted": "RTP packets that were repeated",
    "keyframe_requests": "Keyframes that a receiver asked for",
}


class NodeCollector(Collector):
    """Everything is `parley_sfu_…`; counters count since the process started."""

    def __init__(self, node: Node, engine: Engine, lag: LoopLag, undelivered: Callable[[], Mapping[str, int]]) -> None:
        """`undelivered` tells what was given up on its way out, by road."""
        self._node = node
        self._engine = engine
        self._lag = lag
        self._undelivered = undelivered

    def collect(self) -> Iterator[Metric]:
        stats = self._engine.stats()
        yield from self._of_node()
        yield from _of_media(stats)
        yield from _of_engine(stats)
        yield _histogram(
            "parley_sfu_event_loop_lag_seconds", "How late the event loop wakes up", self._lag.distribution
        )

    def _of_node(self) -> Iterator[Metric]:
        node = self._node
        yield GaugeMetricFamily("parley_sfu_peers", "Peers on the node", node.rooms.peers)
        yield GaugeMetricFamily("parley_sfu_sessions", "Sessions on the node", len(node.rooms.sessions))
        yield GaugeMetricFamily("parley_sfu_draining", "1 while the node takes no more Peers", int(node.draining))
        refusals = node.refusals.counts
        yield _counter("parley_sfu_refusals", "Messages and WHIP requests that were refused", "code", refusals)
        yield _counter("parley_sfu_departures", "Peers that ended", "reason", node.departures)
        yield _counter("parley_sfu_undelivered", "Messages given up on their way out", "road", self._undelivered())


def _of_media(stats: EngineStats) -> Iterator[Metric]:
    yield _by_kind("parley_sfu_publications", "Publications on the node", stats.publications)
    yield _by_kind("parley_sfu_carrying_slots", "Slots that carry a Publication", stats.carrying_slots)
    for counter, documentation in _STREAM_COUNTERS.items():
        read = attrgetter(counter)
        directions = {"received": read(stats.received), "sent": read(stats.sent)}
        name = {"lost": "packets_lost", "retransmitted": "packets_retransmitted"}.get(counter, counter)
        yield _counter(f"parley_sfu_{name}", documentation, "direction", directions)
    yield CounterMetricFamily("parley_sfu_freezes", "Pictures that stood still on their way to a viewer", stats.freezes)
    yield _histogram("parley_sfu_round_trip_seconds", "Round trips between node and Peers", stats.round_trip_seconds)
    yield _reports("parley_sfu_loss_ratio", "Part of RTP packets lost between two reports", stats, "loss_ratio")
    yield _reports("parley_sfu_jitter_seconds", "Interarrival jitter at each report", stats, "jitter_seconds")
    yield GaugeMetricFamily(
        "parley_sfu_estimated_bytes_per_second",
        "What may be sent to all Peers with an estimate",
        stats.estimate_bits_per_second / BITS_PER_BYTE,
    )
    yield GaugeMetricFamily("parley_sfu_estimated_peers", "Peers with an estimate", stats.estimated_peers)


def _of_engine(stats: EngineStats) -> Iterator[Metric]:
    yield _counter("parley_sfu_dropped", "Input that was dropped", "reason", stats.dropped)
    yield GaugeMetricFamily("parley_sfu_paced_packets", "RTP packets that wait for their turn", stats.paced_packets)
    yield GaugeMetricFamily(
        "parley_sfu_engine_waiting_events", "Engine events not taken yet by the event loop", stats.waiting_events
    )
    yield CounterMetricFamily("parley_sfu_engine_cpu_seconds", "CPU time of the engine's thread", stats.cpu_seconds)


def _counter(name: str, documentation: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, documentation, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _by_kind(name: str, documentation: str, values: Mapping[MediaKind, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, documentation, labels=["kind"])
    for kind, count in values.items():
        family.add_metric([kind], count)
    return family


def _histogram(name: str, documentation: str, distribution: Distribution) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, documentation)
    _add(family, [], distribution)
    return family


def _reports(name: str, documentation: str, stats: EngineStats, field: str) -> HistogramMetricFamily:
    read: Callable[[ReportStats], Distribution] = attrgetter(field)
    family = HistogramMetricFamily(name, documentation, labels=["direction", "kind"])
    for direction, reports in (("received", stats.received_reports), ("sent", stats.sent_reports)):
        for kind, of_kind in reports.items():
            _add(family, [direction, kind], read(of_kind))
    return family


def _add(family: HistogramMetricFamily, labels: list[str], distribution: Distribution) -> None:
    buckets = [("+Inf" if bound == math.inf else str(bound), count) for bound, count in distribution.buckets]
    family.add_metric(labels, buckets or [("+Inf", 0)], distribution.sum)


def make_registry(collector: Collector) -> CollectorRegistry:
    """What the collector tells, and what every process tells: CPU, memory, descriptors."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
