"""What the command line of `python -m sfu_container` takes."""

from __future__ import annotations

import argparse

from pydantic_core import PydanticUndefined

from sfu_container.config import Settings

DESCRIPTION = "Run a node of Parley's media plane until SIGTERM or Ctrl-C."


def parse_arguments() -> argparse.Namespace:
    """`workers`: how many nodes. `supervisor`: the process that started this one as a worker.

    Ends the process when it is asked for help or told nonsense.
    """
    parser = argparse.ArgumentParser(
        prog="python -m sfu_container",
        description=DESCRIPTION,
        epilog=_settings_text(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--workers",
        type=_count,
        default=1,
        metavar="N",
        help="run N nodes, one process each, on consecutive media and HTTP ports (default: 1); take one per core",
    )
    parser.add_argument("--supervisor", type=int, metavar="PID", help=argparse.SUPPRESS)
    return parser.parse_args()


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one worker is needed")
    return count


def _settings_text() -> str:
    lines = ["settings, read from the environment (sfu_container/config.py says more):"]
    for name, field in Settings.model_fields.items():
        default = "required" if field.default is PydanticUndefined else str(field.default)
        lines.append(f"  PARLEY_{name.upper()}  ({default})")
    return "\n".join(lines)
