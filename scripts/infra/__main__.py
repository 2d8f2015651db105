"""`python -m scripts.infra [CHECK …]`: run all checks of the infrastructure, or some."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from scripts.infra import alerts, bicep, charts, checkov, images, placeholders, schemas, shell, workflows, yaml_style
from scripts.infra.look import Look

CHECKS: dict[str, Callable[[], Look]] = {
    "bicep": bicep.check,
    "alerts": alerts.check,
    "charts": charts.check,
    "placeholders": placeholders.check,
    "images": images.check,
    "workflows": workflows.check,
    "schemas": schemas.check,
    "shell": shell.check,
    "yaml": yaml_style.check,
    "checkov": checkov.check,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"of {', '.join(CHECKS)} (default: all)")
    wanted = parser.parse_args().checks or list(CHECKS)
    if unknown := set(wanted) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    verdicts = [_run(name) for name in wanted]
    return 0 if all(verdicts) else 1


def _run(name: str) -> bool:
    began = time.monotonic()
    try:
        look = CHECKS[name]()
    except FileNotFoundError as error:
        look = Look(0, "things", (f"{error.filename} is not there: run `make check-infra`, which installs it",))
    verdict = "ok" if look.is_good else "FAILED"
    print(f"  {name:<12} {look.count:>4} {look.what:<52} {time.monotonic() - began:5.1f} s  {verdict}", flush=True)
    for left_out in look.left_out:
        print(f"               left out: {left_out}")
    for problem in look.problems or (() if look.count else ("nothing was found to look at",)):
        print(f"    {problem}")
    return look.is_good


if __name__ == "__main__":
    sys.exit(main())
