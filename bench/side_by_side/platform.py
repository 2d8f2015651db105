"""Parley's control plane on this machine, without a node: those are started by the runs, each a fresh one.

Usage: `python -m bench.side_by_side.platform`, with PORT and PARLEY_HOME as for `make run`.
"""

from __future__ import annotations

import sys

from local_azure.runner.home import Home
from local_azure.runner.keys import Keys
from local_azure.runner.parts import parley_parts
from local_azure.runner.ports import Ports
from local_azure.runner.run import main
from local_azure.runner.supervision import Stages


def parts_without_node(ports: Ports, home: Home, keys: Keys) -> Stages:
    *stages, _node = parley_parts(ports, home, keys)
    return tuple(stages)


if __name__ == "__main__":
    sys.exit(main(parts=parts_without_node))
