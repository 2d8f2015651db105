"""The node's metrics for Prometheus, read from its counters when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sfu_container.engine import Engine
from sfu_container.node import Node


class NodeCollector(Collector):
    """Everything is `parley_sfu_…`; counters count since the process started."""

    def __init__(self, node: Node, engine: Engine, undelivered: Callable[[], Mapping[str, int]]) -> None:
        """`undelivered` tells what was given up on its way out, by road."""
        self._node = node
        self._engine = engine
        self._undelivered = undelivered

    def collect(self) -> Iterator[Metric]:
        stats = self._engine.stats(None)
        yield GaugeMetricFamily("parley_sfu_peers", "Peers on the node", self._node.peers)
        yield GaugeMetricFamily("parley_sfu_sessions", "Sessions on the node", len(self._node.sessions))
        yield GaugeMetricFamily("parley_sfu_draining", "1 while the node takes no more Peers", int(self._node.draining))
        yield CounterMetricFamily("parley_sfu_packets_received", "Datagrams from Peers", stats.received_packets)
        yield CounterMetricFamily("parley_sfu_bytes_received", "Bytes from Peers", stats.received_bytes)
        yield CounterMetricFamily("parley_sfu_packets_sent", "Datagrams to Peers", stats.sent_packets)
        yield CounterMetricFamily("parley_sfu_bytes_sent", "Bytes to Peers", stats.sent_bytes)
        yield _by_label("parley_sfu_dropped", "Input that was dropped", "reason", stats.dropped)
        yield _by_label("parley_sfu_refusals", "Messages that were refused", "code", self._node.refusals)
        yield _by_label("parley_sfu_departures", "Peers that ended", "reason", self._node.departures)
        yield _by_label("parley_sfu_undelivered", "Messages given up on their way out", "road", self._undelivered())


def _by_label(name: str, documentation: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, documentation, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def make_registry(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return registry
