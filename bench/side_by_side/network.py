"""A network namespace of the run's own: nothing that is measured reaches, or is reached by, anything else."""

from __future__ import annotations

import os
import subprocess
import sys

INSIDE = "PARLEY_BENCH_NAMESPACE"
JANUS_INTERFACE = "jv0"
"""Janus takes no loopback interface, so it gets one of a virtual pair whose address is in 127.0.0.0/8 all the same."""
JANUS_ADDRESS = "127.0.0.2"
CLIENTS = "127.1.0.0/16"

SET_UP = (
    "link set lo up",
    f"link add {JANUS_INTERFACE} type veth peer name jv1",
    f"link set {JANUS_INTERFACE} up",
    "link set jv1 up",
    f"addr replace {JANUS_ADDRESS}/32 dev {JANUS_INTERFACE}",
    # libnice binds to its interface, so the clients' addresses must be local on it, too; packets still go through lo.
    f"route replace local {CLIENTS} dev {JANUS_INTERFACE} table local",
)


def enter(arguments: list[str]) -> None:
    """Start this program anew in a fresh namespace, unless it runs in one. Needs root."""
    if os.environ.get(INSIDE):
        return
    command = ["unshare", "--net", sys.executable, "-m", "bench.side_by_side", *arguments]
    os.execvpe(command[0], command, os.environ | {INSIDE: "1"})


def set_up() -> None:
    for command in SET_UP:
        subprocess.run(["ip", *command.split()], check=True)
