"""Each experiment breaks what its name says, is run by the workflow `chaos`, and may be made by who runs it."""

from typing import Any

import yaml

from scripts.infra.look import ROOT

EXPERIMENTS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "k8s/chaos").glob("*.yaml")
}
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/chaos.yaml").read_text())


def test_every_experiment_has_the_name_of_its_file_by_which_the_workflow_ends_it() -> None:
    assert {name: one["metadata"]["name"] for name, one in EXPERIMENTS.items()} == {name: name for name in EXPERIMENTS}
    assert {one["metadata"]["namespace"] for one in EXPERIMENTS.values()} == {"parley"}


def test_the_workflow_runs_each_of_them() -> None:
    jobs = WORKFLOW["jobs"]
    assert {*jobs["break"]["strategy"]["matrix"]["experiment"], "no-redis"} == EXPERIMENTS.keys()
    commands = "\n".join(step.get("run", "") for step in jobs["no-redis"]["steps"])
    assert "scripts/fill.sh k8s/chaos/no-redis.yaml" in commands
    assert "scripts/redis_outage.sh begin" in commands


def test_redis_is_taken_from_whatever_runs_in_the_namespace() -> None:
    spec = EXPERIMENTS["no-redis"]["spec"]
    assert (spec["action"], spec["direction"], spec["mode"]) == ("partition", "to", "all")
    assert spec["selector"] == {"namespaces": ["parley"]}
    assert spec["externalTargets"] == ["${REDIS_HOST}"]


def test_whoever_runs_the_workflow_may_make_these_kinds_and_chaos_mesh_may_touch_the_hosts_network() -> None:
    role = next(yaml.safe_load_all((ROOT / "k8s/platform/chaos-access.yaml").read_text()))
    assert {one["kind"].lower() for one in EXPERIMENTS.values()} <= set(role["rules"][0]["resources"])
    # Without this it takes experiments with the network of nodes, and does nothing.
    assert "controllerManager.allowHostNetworkTesting=true" in (ROOT / "docs/deploy.md").read_text()
