"""The command `run` with stand-ins for the parts of Parley; STAND_IN_ARGUMENTS go to the one named functions."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_azure.runner.home import Home
from local_azure.runner.keys import Keys
from local_azure.runner.part import Part, Probe
from local_azure.runner.ports import Ports
from local_azure.runner.run import main
from local_azure.runner.supervision import Stages

STAND_IN = Path(__file__).with_name("stand_in.py")


def stand_ins(ports: Ports, home: Home, keys: Keys) -> Stages:
    arguments = os.environ.get("STAND_IN_ARGUMENTS", "").split()
    once = Part("bootstrap", (sys.executable, "-c", "print('made the demo meeting')"), runs_once=True)
    return ((stand_in("cosmos", ports.cosmos),), (once,), (stand_in("functions", ports.http, *arguments),))


def stand_in(name: str, port: int, *arguments: str) -> Part:
    command = (sys.executable, str(STAND_IN), str(port), *arguments)
    return Part(name, command, probes=(Probe(f"http://127.0.0.1:{port}/"),), stop_seconds=1.0)


if __name__ == "__main__":
    sys.exit(main(os.environ, stand_ins))
