"""Runs the stand-in: `python -m local_azure.entra --port 8085 --redirect http://localhost:8080`.

With PARLEY_ENTRA_SECRET in the environment there is one application, `--application`, which gets the role Parley.Admin.
"""

from __future__ import annotations

import argparse
import os
import sys

import uvloop

from local_azure.entra.server import EntraStandIn, RegisteredApplication
from local_azure.serving import HOST, listen, serve

SECRET_VARIABLE = "PARLEY_ENTRA_SECRET"  # noqa: S105 the name of a variable
_ROLES = ("Parley.Admin",)


def main() -> int:
    """Serves until SIGINT or SIGTERM; 1 where the port is taken."""
    options = _parser().parse_args()
    try:
        listener, origin = listen(options.port)
    except OSError as error:
        sys.stderr.write(f"port {options.port} on {HOST} cannot be used: {error.strerror}\n")
        return 1
    secret = os.environ.get(SECRET_VARIABLE)
    applications = {options.application: RegisteredApplication(secret, _ROLES)} if secret else {}
    stand_in = EntraStandIn(origin, applications, tuple(options.redirect), options.home)
    uvloop.run(serve(stand_in.app(), listener, origin))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_azure.entra", description="A stand-in for Entra ID.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--redirect", action="append", default=[], metavar="ORIGIN", help="where people come back to")
    parser.add_argument("--home", metavar="ID", help="the directory of those who name none")
    parser.add_argument("--application", metavar="ID", help="the client id of a program")
    return parser


if __name__ == "__main__":
    sys.exit(main())
