"""Parley's commands.

parley run         the whole platform on this machine; Ctrl-C stops it
parley bootstrap   the first tenant of an empty installation, with its API key
parley cost        what meetings and environments cost on Azure
"""

from __future__ import annotations

import argparse
import os
import sys

from costs import command as cost


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line; `command` says which function is to answer."""
    whole = argparse.ArgumentParser(
        prog="parley", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="run Parley on this machine: PORT (8080) and PARLEY_HOME (.run) say where")
    run.set_defaults(command=_run)
    bootstrap = commands.add_parser("bootstrap", help="create the first tenant, by the settings of the control plane")
    bootstrap.set_defaults(command=_bootstrap)
    costs = commands.add_parser(
        "cost",
        help="work out what meetings and environments cost",
        description=cost.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cost.add_arguments(costs)
    costs.set_defaults(command=cost.run)
    return whole


def _run(_: argparse.Namespace) -> int:
    from local_azure.runner.run import main as run

    return run()


def _bootstrap(_: argparse.Namespace) -> int:
    from function_app.bootstrap import main as bootstrap

    return bootstrap()


def main() -> int:
    arguments = parser().parse_args()
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head`; nothing must be written to it at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
