"""`python -m local_azure.acs --port 8086`, with the access key in PARLEY_ACS_KEY.

With `--reports URL` delivery reports go there, and the key in PARLEY_DELIVERY_REPORT_KEY with them.
"""

from __future__ import annotations

import argparse
import os
import sys

import uvloop

from local_azure.acs.server import AcsStandIn
from local_azure.mailbox.reports import DeliveryReports
from local_azure.serving import HOST, listen, serve

KEY_VARIABLE = "PARLEY_ACS_KEY"
REPORT_KEY_VARIABLE = "PARLEY_DELIVERY_REPORT_KEY"


def main() -> int:
    """Serves until SIGINT or SIGTERM; 2 where the key makes no sense, 1 where it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m local_azure.acs", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--reports", metavar="URL", help="where delivery reports are wanted; nowhere if absent")
    arguments = parser.parse_args()
    port: int = arguments.port
    reports = DeliveryReports(arguments.reports, os.environ.get(REPORT_KEY_VARIABLE, ""))
    try:
        stand_in = AcsStandIn(os.environ[KEY_VARIABLE], reports)
    except (KeyError, ValueError) as error:
        sys.stderr.write(f"{KEY_VARIABLE}: {error}\n")
        return 2
    try:
        listener, origin = listen(port)
    except OSError as error:
        sys.stderr.write(f"port {port} on {HOST} cannot be used: {error.strerror}\n")
        return 1
    uvloop.run(serve(stand_in.app(), listener, origin))
    return 0


if __name__ == "__main__":
    sys.exit(main())
