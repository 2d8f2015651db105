"""GitHub's workflows: valid (actionlint), and safe against what strangers send (zizmor)."""

from __future__ import annotations

from scripts.infra.look import Look, complaint, program, run, tracked


def check() -> Look:
    workflows = tracked(".github/workflows/*.yaml")
    actions = tracked(".github/actions/*/action.yaml")
    if not workflows:
        return Look(0, "workflows and actions")
    problems = complaint(run([program("actionlint"), "-no-color", *workflows]))
    # Offline, it still finds unpinned actions, wide permissions and what is injected into scripts.
    zizmor = [program("zizmor"), "--offline", "--no-progress", "--quiet", "--config", ".github/zizmor.yml"]
    problems += complaint(run([*zizmor, *workflows, *actions]))
    return Look(len(workflows) + len(actions), "workflows and actions by actionlint and zizmor", problems)
