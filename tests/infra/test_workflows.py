"""GitHub's jobs may take the identities that they ask for, and get the variables that they use."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import yaml

from scripts import package_functions
from scripts.infra.look import ROOT
from tests.infra.bicep_files import ENVIRONMENTS, main

WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yaml")}
CHOSEN = re.compile(r"\$\{\{ (?:inputs|matrix)\.environment(?: \|\| 'dev')? \}\}")
PINNED = re.compile(r"uses: (?!\./)\S+@(?P<commit>\S+) # v\d+(\.\d+)*$")
USED = re.compile(r"\b(?:vars|secrets)\.(\w+)")
ROW = re.compile(r"^\| (?P<names>`[A-Z_`, ]+) \| (?P<rooms>[^|]+) \| [^|]+ \|$", re.MULTILINE)


def jobs() -> Iterator[tuple[dict[Any, Any], dict[str, Any]]]:
    """Every job, with its workflow."""
    for workflow in WORKFLOWS.values():
        for job in workflow["jobs"].values():
            yield workflow, job


def rooms(workflow: dict[Any, Any], job: dict[str, Any]) -> set[str]:
    """GitHub's environments in which the job may run."""
    environment = job.get("environment", "")
    # YAML 1.1 reads the key `on` as true.
    dispatched = (workflow[True].get("workflow_dispatch") or {}).get("inputs", {})
    of = dispatched.get("environment", {}).get("options", ENVIRONMENTS)
    return {CHOSEN.sub(one, environment) for one in of}


def asked() -> dict[str, set[str]]:
    """In which of GitHub's environments each variable and each secret is used; `""` is the repository."""
    found: dict[str, set[str]] = {}
    for workflow, job in jobs():
        before_it_runs = {key: job.get(key) for key in ("if", "strategy")}
        for name in USED.findall(json.dumps(before_it_runs)):
            found.setdefault(name, set()).add("")
        for name in USED.findall(json.dumps({key: job[key] for key in job.keys() - before_it_runs})):
            found.setdefault(name, set()).update(rooms(workflow, job))
    return {name: {""} if "" in used else used for name, used in found.items()}


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
    signing_in = {
        room
        for workflow, job in jobs()
        for room in rooms(workflow, job)
        if "./.github/actions/azure" in {step.get("uses") for step in job["steps"]}
    }
    assert len(signing_in) > 15
    assert signing_in <= trusted()


def test_nothing_that_starts_by_itself_signs_in_before_its_environment_is_there() -> None:
    for workflow, job in jobs():
        by_itself = workflow[True].keys() - {"workflow_dispatch"}
        if by_itself and "./.github/actions/azure" in {step.get("uses") for step in job["steps"]}:
            before = WORKFLOWS[workflow["name"] + ".yaml"]["jobs"].get(job.get("needs", ""), {})
            assert "vars.ENVIRONMENTS" in job["if"] + before.get("if", ""), workflow["name"]


def test_an_identity_trusts_no_environment_that_it_shares_with_another_target() -> None:
    assert all(room.endswith(ENVIRONMENTS) for room in trusted())


def test_each_target_is_shown_and_deployed_with_its_own_subscription_and_secrets() -> None:
    infra = WORKFLOWS["infra.yaml"]
    chosen = infra["jobs"]["deploy"]["environment"].removeprefix("infra")
    assert CHOSEN.fullmatch(chosen.removeprefix("-"))
    assert infra["jobs"]["preview"]["environment"] == f"infra-preview{chosen}"
    assert infra["env"]["TARGET"] == chosen.removeprefix("-")
    (drill,) = WORKFLOWS["dr-drill.yaml"]["jobs"].values()
    assert drill["environment"] == "infra-preview-prod"


def test_whoever_reads_the_template_s_parameters_gets_all_of_them_from_its_environment() -> None:
    wanted = set(re.findall(r"readEnvironmentVariable\('(\w+)'", (ROOT / "bicep/env/prod.bicepparam").read_text()))
    steps = [step for _, job in jobs() for step in job["steps"] if "az deployment sub" in step.get("run", "")]
    assert len(steps) == 3
    for step in steps:
        # Roles are written by an owner alone, by hand.
        assert wanted - {"PARLEY_BOOTSTRAP"} == {name for name in step["env"] if name.startswith("PARLEY_")}


def test_the_docs_name_every_variable_and_secret_with_the_environments_that_use_it() -> None:
    page = (ROOT / "docs/deploy.md").read_text()
    told = {
        name: set(re.findall(r"`([\w-]+)`", row["rooms"]))
        for row in ROW.finditer(page)
        for name in re.findall(r"`([A-Z_]+)`", row["names"])
    }
    kinds = {
        name: {re.sub(rf"-({'|'.join(ENVIRONMENTS)})$", "", room) or "repository" for room in found}
        for name, found in asked().items()
    }
    assert told == {name: set() if found == {"repository"} else found for name, found in kinds.items()}


def test_the_image_is_built_without_rights_and_copied_to_the_registry_of_each_environment() -> None:
    build, publish = (WORKFLOWS["images.yaml"]["jobs"][name] for name in ("build", "publish"))
    assert build["permissions"] == {"contents": "read"}
    assert "environment" not in build
    assert publish["environment"] == "images-${{ matrix.environment }}"
    commands = " ".join(step.get("run", "") for step in publish["steps"])
    assert "skopeo copy --preserve-digests" in commands
    assert "k8s/envs/$ENVIRONMENT/sfu-canary.yaml" in commands


def test_whoever_asks_for_metrics_or_a_cluster_gets_the_token_while_the_sign_in_is_good() -> None:
    needing = {
        "canary_watch.py": "https://prometheus.monitor.azure.com",
        "kubectl ": "6dae42f8-4368-4678-94ff-3960e28e3630",
    }
    found = 0
    for _, job in jobs():
        commands = "\n".join(step.get("run", "") for step in job["steps"])
        (audiences,) = {
            step["with"].get("audiences", "") for step in job["steps"] if step.get("uses") == "./.github/actions/azure"
        } or {""}
        for command, audience in needing.items():
            if command in commands:
                found += 1
                assert audience in audiences
    assert found == 5


def test_a_canary_is_given_up_at_once_and_one_that_did_badly_as_if_somebody_had_asked_for_it() -> None:
    promote = WORKFLOWS["promote.yaml"]
    assert promote["concurrency"]["cancel-in-progress"] == "${{ inputs.step == 'abort' }}"
    steps = promote["jobs"]["promote"]["steps"]
    (watch,) = (step for step in steps if "canary_watch.py" in step.get("run", ""))
    after = steps[steps.index(watch) + 1 :]
    when_bad = [step for step in after if f"steps.{watch['id']}.outcome == 'failure'" in step["if"]]
    assert "PARLEY_CANARY_PERCENT=0" in when_bad[0]["run"]
    assert "sfu-canary.yaml" in when_bad[1]["run"].splitlines()[-1]
    assert "create-pull-request" in when_bad[2]["uses"]
    assert all("!cancelled()" in step["if"] for step in when_bad)


def test_pull_requests_of_workflows_hold_values_of_releases_and_nothing_that_lies_about() -> None:
    making = [step for _, job in jobs() for step in job["steps"] if "create-pull-request" in step.get("uses", "")]
    assert len(making) == 2
    for step in making:
        assert step["with"]["add-paths"] == "k8s/envs"


def test_a_change_of_whatever_is_deployed_starts_the_workflow_that_deploys_it() -> None:
    dockerfile = (ROOT / "k8s/images/sfu/Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    deployed = {
        "functions": [*package_functions.FILES, *(f"{folder}/x" for folder in package_functions.FOLDERS)],
        "images": [source.replace("*", "x") for sources in copied for source in sources.split()],
        "infra": ["bicep/x"],
        "web": ["client/x"],
    }
    for name, paths in deployed.items():
        filters = WORKFLOWS[f"{name}.yaml"][True]["push"]["paths"]
        for path in paths:
            assert any(fnmatch(path, one) or fnmatch(f"{path}/x", one) for one in filters), (name, path)


def test_a_command_that_fails_in_a_pipe_fails_the_job() -> None:
    for name, workflow in WORKFLOWS.items():
        assert workflow["defaults"]["run"]["shell"] == "bash", name


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


def test_rust_is_the_same_in_workflows_and_images_and_new_enough() -> None:
    (installed,) = re.findall(
        r"rustup toolchain install (\S+) ", (ROOT / ".github/actions/setup/action.yaml").read_text()
    )
    images = [(ROOT / f"k8s/images/{name}/Dockerfile").read_text() for name in ("sfu", "local")]
    assert {version for image in images for version in re.findall(r"^FROM rust:([\d.]+)-", image, re.MULTILINE)} == {
        installed
    }
    assert f"required={installed}\n" in (ROOT / "scripts/setup/rust.sh").read_text()
