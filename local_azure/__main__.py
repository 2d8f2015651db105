"""python -m local_azure run: the whole platform on this machine.

PORT (8080) is the first of the seven ports that it takes on 127.0.0.1; PARLEY_HOME (.run) is the folder that keeps its
state. Both are environment variables, so that two copies can run side by side.
"""

from __future__ import annotations

import argparse
import sys

from local_azure.runner.run import main as run


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m local_azure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["run"], help="run: start everything, and stop it on Ctrl-C")
    parser.parse_args()
    return run()


if __name__ == "__main__":
    sys.exit(main())
