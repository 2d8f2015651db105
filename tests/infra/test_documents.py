"""What the runbooks and docs/deploy.md name is there: files, workflows, alerts, dashboards, metrics, variables."""

import os
import re
from pathlib import Path

import pytest
import yaml

from scripts.infra.look import ROOT
from tests.infra.test_dashboards import DASHBOARDS, METRIC, RULES, known

RUNBOOKS = sorted(path for path in (ROOT / "docs/runbooks").glob("*.md") if path.name != "README.md")
INDEX = (ROOT / "docs/runbooks/README.md").read_text()
DEPLOY = ROOT / "docs/deploy.md"
PAGES = [*RUNBOOKS, ROOT / "docs/runbooks/README.md", DEPLOY]
MAKEFILE = (ROOT / "Makefile").read_text()

BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
SET_ELSEWHERE = {"HOME", "PATH", "KEY"}
"""`KEY` is what step 7 prints, and is told to be exported."""
TO_BE_MADE = {"bicep/env/standby.bicepparam", "k8s/envs/standby"}


def every(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{name}: {page.name}")


def commands(page: Path) -> list[str]:
    """What stands in code: blocks, and between backticks."""
    text = page.read_text()
    return BLOCK.findall(text) + INLINE.findall(BLOCK.sub("", text))


@every("files")
def test_files_that_are_named_exist(page: Path) -> None:
    for code in commands(page):
        for name in re.findall(r"(?<![\w./-])(?:scripts|bicep|k8s|costs|function_app|sfu_container)/[\w./*-]*\w", code):
            assert name in TO_BE_MADE or list(ROOT.glob(name)), name
        for script in re.findall(r"(?:^|[;&|] ?)(scripts/\w+\.sh|\./\w+)\b", code, re.MULTILINE):
            assert os.access(ROOT / script, os.X_OK), script
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        assert link.startswith("https://") or (page.parent / link).exists(), link


@every("workflows")
def test_workflows_and_targets_that_are_named_exist_and_take_what_they_are_given(page: Path) -> None:
    for code in commands(page):
        for name, options in re.findall(r"gh workflow run (\w[\w-]*)([^\n`|;]*)", code):
            inputs = yaml.safe_load((ROOT / f".github/workflows/{name}.yaml").read_text())[True]["workflow_dispatch"][
                "inputs"
            ]
            for key, value in re.findall(r"-f (\w+)=([\w-]+)", options):
                assert value in inputs[key].get("options", [value]), f"{name}: {key}={value}"
        for target in re.findall(r"\bmake ([a-z-]+)\b", code):
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


@every("metrics")
def test_metrics_that_are_named_exist_with_their_labels(page: Path) -> None:
    names = known()
    for code in commands(page):
        for match in METRIC.finditer(code):
            if match[1].startswith("parley_sfu"):
                assert match[1] in names, match[1]
                assert set(re.findall(r"(\w+)=", match[2] or "")) <= names[match[1]] | {"track"}


@every("dashboards")
def test_dashboards_and_panels_that_are_named_exist(page: Path) -> None:
    titles = {dashboard["title"] for dashboard in DASHBOARDS.values()}
    named = re.findall(r"\*(Parley: [^*]+)\*", page.read_text())
    assert set(named) <= titles


def test_panels_that_are_named_in_italics_exist() -> None:
    known_names = {panel["title"] for dashboard in DASHBOARDS.values() for panel in dashboard["panels"]}
    known_names |= {
        variable["label"] for dashboard in DASHBOARDS.values() for variable in dashboard["templating"]["list"]
    }
    known_names |= {dashboard["title"] for dashboard in DASHBOARDS.values()}
    known_names |= {name.removeprefix("Parley: ").capitalize() for name in known_names if name.startswith("Parley: ")}
    known_names |= {"API"}
    named = [one for path in RUNBOOKS for one in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", path.read_text())]
    assert len(named) > 10
    assert set(named) <= known_names


def alerts() -> set[str]:
    """By the names under which they reach whoever is woken."""
    of_prometheus = {rule["alert"] for rules in RULES.values() for rule in rules["groups"][0]["rules"]}
    template = (ROOT / "bicep/modules/alerts.bicep").read_text()
    return of_prometheus | set(re.findall(r"^    name: '([a-z]+-[a-z]+)'", template, re.MULTILINE))


def test_the_index_leads_from_every_alert_to_a_runbook_and_names_no_other() -> None:
    rows = [line.split("|")[1] for line in INDEX.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in INLINE.findall(row)} - {"/readyz"}
    assert named == alerts()
    assert {path.name for path in RUNBOOKS} == set(re.findall(r"\]\(([\w-]+\.md)\)", INDEX))


def test_an_alert_names_the_runbook_to_which_the_index_leads() -> None:
    rows = [line for line in INDEX.splitlines() if line.startswith("| `")]
    leads = {name: re.findall(r"\]\(([\w-]+\.md)\)", row) for row in rows for name in INLINE.findall(row)}
    for rules in RULES.values():
        for rule in rules["groups"][0]["rules"]:
            assert rule["annotations"]["runbook"] == f"docs/runbooks/{leads[rule['alert']][0]}", rule["alert"]


def test_alerts_that_runbooks_name_exist() -> None:
    for path in RUNBOOKS:
        symptoms = path.read_text().split("**Symptoms.**")[-1].split("\n\n")[0]
        named = {name for name in INLINE.findall(symptoms) if re.fullmatch(r"(?:[A-Z][a-z]+){2,}|[a-z]+-[a-z]+", name)}
        assert named - {"promote"} <= alerts(), path.name


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_says_how_it_shows_where_to_look_how_to_tell_that_it_helped_and_how_to_undo_it(path: Path) -> None:
    text = path.read_text()
    places = [
        re.search(rf"^\*\*{part}", text, re.MULTILINE) for part in ("Symptoms", "Dashboard", "Verify", "Roll back")
    ]
    assert all(places)
    starts = [place.start() for place in places if place]
    assert starts == sorted(starts)
    assert len(commands(path)) > 5


def assigned(code: str) -> set[str]:
    """The variables that a piece of shell sets."""
    return set(re.findall(r"(?:^|[\s;(])([A-Za-z_]+)=", code)) | set(re.findall(r"\bfor (\w+) in", code))


def used(code: str) -> set[str]:
    """The variables that a piece of shell reads."""
    return set(re.findall(r"\$\{?([A-Za-z_]+)", code))


OUTPUTS = assigned((ROOT / "scripts/outputs.sh").read_text())


def test_variables_of_the_first_deployment_are_set_before_they_are_used() -> None:
    text = DEPLOY.read_text()
    there = set(SET_ELSEWHERE)
    for block in BLOCK.findall(text):
        there |= assigned(block) | (OUTPUTS if "scripts/outputs.sh" in block else set())
        assert used(block) <= there, used(block) - there
    for code in INLINE.findall(BLOCK.sub("", text)):
        assert used(code) <= there, code


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_variables_of_a_runbook_are_those_of_the_index_or_its_own(path: Path) -> None:
    there = OUTPUTS | assigned("\n".join(BLOCK.findall(INDEX)))
    for code in commands(path):
        there |= assigned(code)
    for code in commands(path):
        assert used(code) <= there, code


def test_pictures_are_small_and_shown() -> None:
    pages = "".join(path.read_text() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    for picture in (ROOT / "docs/images").iterdir():
        assert picture.stat().st_size < 150_000, picture.name
        assert f"images/{picture.name})" in pages, picture.name
