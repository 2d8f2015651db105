"""Alerts: the rules are rules of Prometheus, and each fires when it should and is quiet when it should be."""

from __future__ import annotations

from scripts.infra.look import Look, complaint, run, tracked


def check() -> Look:
    rules = tracked("bicep/rules/*.yaml", ":!bicep/rules/tests/*")
    tests = tracked("bicep/rules/tests/*.yaml")
    problems = complaint(run(["promtool", "check", "rules", *rules])) + complaint(
        run(["promtool", "test", "rules", *tests])
    )
    if {path.name for path in rules} != {path.name for path in tests}:
        problems += ("bicep/rules: each file of rules needs a file of tests with its name, and no other",)
    return Look(len(rules) + len(tests), "files of alert rules and of their tests", problems)
