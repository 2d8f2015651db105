"""GitHub's jobs may take the identities that they ask for."""

import re

import yaml

from scripts.infra.look import ROOT
from tests.infra.bicep_files import ENVIRONMENTS, main

WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yaml")}
CHOSEN = re.compile(r"\$\{\{ inputs\.environment(?: \|\| 'dev')? \}\}")
PINNED = re.compile(r"uses: (?!\./)\S+@(?P<commit>\S+) # v\d+(\.\d+)*$")


def trusted() -> set[str]:
    """The GitHub environments whose jobs some identity takes."""
    federations = main()["modules"]["federations"]["config"]["params"]["federations"]
    subjects = [one["subject"] for one in federations if one["subject"].startswith("${githubSubject}")]
    return {
        subject.removeprefix("${githubSubject}").replace("${env}", environment)
        for subject in subjects
        for environment in ENVIRONMENTS
    }


def test_every_job_that_signs_in_to_azure_runs_in_an_environment_that_an_identity_trusts() -> None:
    asking = {
        CHOSEN.sub("staging", job["environment"])
        for workflow in WORKFLOWS.values()
        for job in workflow["jobs"].values()
        if "./.github/actions/azure" in {step.get("uses") for step in job["steps"]}
    }
    assert len(asking) > 5
    assert asking <= trusted()


def test_jobs_have_no_permission_that_they_do_not_name_and_a_time_limit() -> None:
    for name, workflow in WORKFLOWS.items():
        assert workflow["permissions"] == {}, name
        for job in workflow["jobs"].values():
            assert job["permissions"].get("contents") in {"read", "write"}, name
            assert 0 < job["timeout-minutes"] <= 90, name


def test_every_action_of_others_is_pinned_to_a_commit_and_tells_its_version() -> None:
    files = [*(ROOT / ".github").rglob("*.yaml")]
    lines = [
        line.strip() for path in files for line in path.read_text().splitlines() if re.search(r"uses: (?!\./)", line)
    ]
    assert len(lines) > 20
    for line in lines:
        match = PINNED.search(line)
        assert match, line
        assert re.fullmatch(r"[0-9a-f]{40}", match["commit"]), line
