"""Dashboards and alerts show only what there is to see."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from scripts.canary_watch import LIMITS
from scripts.infra.look import ROOT
from tests.infra.api import api_routes
from tests.unit.sfu_container.test_metrics_page import families

DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "k8s/dashboards").glob("*.json")}
RULES = {path.name: yaml.safe_load(path.read_text()) for path in (ROOT / "bicep/rules").glob("*.yaml")}
SUFFIXES = {"counter": {"_total"}, "histogram": {"_bucket", "_sum", "_count"}}
OF_EVERY_PROCESS = {"process_resident_memory_bytes"}
ADDED_BY_SCRAPING = {"instance", "track", "release", "le"}
"""Labels that the PodMonitor gives, and that of histograms' buckets."""
METRIC = re.compile(r"\b((?:parley|process)_\w+)(?:\{([^}]*)\})?")


def known() -> dict[str, set[str]]:
    """Every name that can be asked for, with its labels."""
    names: dict[str, set[str]] = {name: set() for name in OF_EVERY_PROCESS}
    for family in families():
        labels = {label for sample in family.samples for label in sample.labels}
        names |= {family.name + suffix: labels for suffix in SUFFIXES.get(family.type, {""})}
    return names


def targets(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        assert panel["description"], panel["title"]
        assert panel["targets"], panel["title"]
        yield from panel["targets"]


def expressions() -> Iterator[str]:
    for dashboard in DASHBOARDS.values():
        yield from (target["expr"] for target in targets(dashboard) if "expr" in target)
    for rules in RULES.values():
        yield from (rule["expr"] for rule in rules["groups"][0]["rules"])
    yield from (query.format(track="canary") for query, _ in LIMITS.values())


def test_there_is_a_dashboard_for_each_of_the_six_questions() -> None:
    assert set(DASHBOARDS) == {"nodes", "meetings", "quality", "api", "signalling", "cost"}


def test_every_metric_that_is_asked_for_exists_with_the_labels_that_are_asked_for() -> None:
    names = known()
    asked = [match for expression in expressions() for match in METRIC.finditer(expression)]
    assert len(asked) > 30
    for match in asked:
        assert match[1] in names, match[1]
        labels = set(re.findall(r"(\w+) ?(?:=|!)", match[2] or ""))
        assert labels <= names[match[1]] | ADDED_BY_SCRAPING, match[0]


def test_every_path_that_is_asked_for_is_one_of_the_api() -> None:
    paths = {path for _, path in api_routes()}
    queries = [
        target["azureLogAnalytics"]["query"]
        for dashboard in DASHBOARDS.values()
        for target in targets(dashboard)
        if "azureLogAnalytics" in target
    ]
    queries.append((ROOT / "bicep/rules/failed-joins.kql").read_text())
    asked = {path for query in queries for path in re.findall(r'"(/[^"]+)"', query)}
    assert asked
    assert all(any(one.startswith(path) for one in paths) for path in asked)


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_panels_do_not_overlap_and_have_ids_of_their_own(name: str) -> None:
    panels = DASHBOARDS[name]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)


def test_every_alert_and_dashboard_names_a_runbook_that_there_is() -> None:
    told = [rule["annotations"]["runbook"] for rules in RULES.values() for rule in rules["groups"][0]["rules"]]
    told += re.findall(r"docs/runbooks/[\w-]+\.md", "".join(map(json.dumps, DASHBOARDS.values())))
    told += re.findall(r"docs/runbooks/[\w-]+\.md", (ROOT / "bicep/modules/alerts.bicep").read_text())
    assert len(told) > 15
    for path in told:
        assert (ROOT / path).exists(), path


def test_every_alert_is_tested_to_fire() -> None:
    tests = [yaml.safe_load(path.read_text()) for path in (ROOT / "bicep/rules/tests").glob("*.yaml")]
    cases = [case for file in tests for test in file["tests"] for case in test["alert_rule_test"]]
    names = {rule["alert"] for rules in RULES.values() for rule in rules["groups"][0]["rules"]}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
