"""checkov over Bicep, Dockerfiles, workflows and what the charts render; it lives in a virtual environment of its own.

It passes in silence over files that it cannot read, so parsing errors and the number of resources are looked at, too.
"""

from __future__ import annotations

import json
from typing import Any

from scripts.infra.charts import rendered
from scripts.infra.look import ROOT, Look, run

PROGRAM = ROOT / ".venv-checkov" / "bin" / "checkov"
# It looks into no folder whose name begins with a dot, except where it is told to.
FOLDERS = ("bicep", "build/rendered", "k8s/images", ".github")
FRAMEWORKS = ("bicep", "kubernetes", "dockerfile", "github_actions")


def check() -> Look:
    rendered()
    command = [PROGRAM, "--skip-download", "--compact", "--quiet", "--output", "json", "--config-file", ".checkov.yaml"]
    command += [part for folder in FOLDERS for part in ("--directory", folder)]
    outcome = run([*command, "--framework", *FRAMEWORKS], {"LOG_LEVEL": "ERROR"})
    try:
        reports = _reports(outcome.output)
    except ValueError:
        return Look(0, "resources by checkov", ((outcome.output + outcome.errors).strip(),))
    counts = dict.fromkeys(FRAMEWORKS, 0)
    problems: list[str] = []
    for report in reports:
        counts[report["check_type"]] += report["summary"]["passed"] + report["summary"]["failed"]
        problems += _problems(report)
    problems += [f"{framework}: nothing was found to look at" for framework, count in counts.items() if not count]
    told = ", ".join(f"{count} {framework}" for framework, count in counts.items())
    return Look(sum(counts.values()), f"checks by checkov: {told}", tuple(problems))


def _reports(output: str) -> list[dict[str, Any]]:
    """What it found, by framework. Raises ValueError on what is no JSON.

    It writes a document after each folder, and each tells again what the ones before it told: the last has everything.
    """
    decoder, text = json.JSONDecoder(), output.strip()
    document: list[dict[str, Any]] = []
    while text:
        document, end = decoder.raw_decode(text)
        text = text[end:].lstrip()
    return [report for report in document if "check_type" in report]


def _problems(report: dict[str, Any]) -> list[str]:
    kind, results = report["check_type"], report["results"]
    problems = [f"{kind}: {name} cannot be read" for name in results.get("parsing_errors", [])]
    if report["summary"]["parsing_errors"] and not problems:
        problems.append(f"{kind}: some files cannot be read")
    for failure in results["failed_checks"]:
        where = f"{failure['file_path']}:{failure['file_line_range'][0]}"
        problems.append(f"{kind}: {where} {failure['resource']}: {failure['check_id']} {failure['check_name']}")
    return problems
