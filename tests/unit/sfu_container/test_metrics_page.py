"""docs/metrics.md tells of every metric that the node has, and of no other."""

import re
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from sfu_container.engine import MediaKind
from sfu_container.engine_stats import Distribution, EngineStats, ReportStats
from sfu_container.loop_lag import LoopLag
from sfu_container.metrics import NodeCollector
from tests.unit.sfu_container.fakes import World

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(parley_sfu_\w+)` \| (\w+) \| ([\w, ]*?) ?\|")
USED = re.compile(r"parley_sfu_\w+")
SUFFIXES = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}


def families() -> Iterator[Metric]:
    world = World()
    distribution = Distribution([(0.1, 3), (float("inf"), 4)], 0.9)
    reports: dict[MediaKind, ReportStats] = {
        "audio": ReportStats(distribution, distribution),
        "video": ReportStats(distribution, distribution),
    }
    world.engine.counters = EngineStats(
        received_reports=reports,
        sent_reports=reports,
        dropped={"badStun": 1},
        publications={"audio": 1},
        carrying_slots={"video": 2},
    )
    registry = CollectorRegistry()
    registry.register(NodeCollector(world.node, world.engine, LoopLag(), lambda: {"signalling": 0}))
    world.node.refusals.counts["NodeFull"] += 1
    world.node.departures["left"] += 1
    return iter(registry.collect())


def label_names(family: Metric) -> set[str]:
    return {label for sample in family.samples for label in sample.labels} - {"le"}


def test_the_page_and_the_code_name_the_same_metrics_with_their_types_and_labels() -> None:
    rows = [row for line in PAGE.read_text().splitlines() if (row := ROW.match(line))]
    told = {row[1]: (row[2], {label for label in row[3].split(", ") if label.strip()}) for row in rows}
    made = {
        family.name + ("_total" if family.type == "counter" else ""): (family.type, label_names(family))
        for family in families()
    }
    assert told == made


def test_alerts_use_only_metrics_that_there_are() -> None:
    known = {family.name + suffix for family in families() for suffix in SUFFIXES.get(family.type, [""])}
    assert set(USED.findall(PAGE.read_text())) - known - {family.name for family in families()} == set()


def test_metrics_follow_the_conventions_of_prometheus() -> None:
    for family in families():
        assert family.documentation
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_ratio"))
        if family.type == "gauge":
            assert not family.name.endswith("_total")
