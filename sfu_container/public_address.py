"""`python -m sfu_container.public_address` prints the address that this machine has on the internet, or becomes a
command that finds it in PARLEY_MEDIA_ADDRESS. For hosts in Azure, where the machine's own network interface does not
know it.

Source: learn.microsoft.com, "Retrieve load balancer information by using Azure Instance Metadata Service": behind a
standard load balancer, which AKS has, `/metadata/instance` tells no public address, and this does.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

METADATA = "http://169.254.169.254"
_PATH = "/metadata/loadbalancer?api-version=2020-10-01"
_MAXIMUM_BYTES = 65_536
_TIMEOUT_SECONDS = 2.0
_BETWEEN_SECONDS = 1.0


class NoPublicAddressError(Exception):
    """The machine has none, or its metadata service does not tell it."""


def public_address(metadata: str = METADATA) -> str:
    """The first public address. Raises NoPublicAddressError."""
    request = urllib.request.Request(metadata + _PATH, headers={"Metadata": "true"})  # noqa: S310 fixed scheme and host
    # The service is on the machine itself: a proxy would ask its own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            answer = json.loads(response.read(_MAXIMUM_BYTES))
        told = answer["loadbalancer"]["publicIpAddresses"][0]["frontendIpAddress"]
        return str(ipaddress.ip_address(told))
    except (urllib.error.URLError, OSError, ValueError, LookupError, TypeError) as error:
        raise NoPublicAddressError(f"the metadata service tells no public address: {error!r}") from error


def wait_for_public_address(seconds: float, metadata: str = METADATA) -> str:
    """As `public_address`, asking again for so long: a new machine may get its address after its first pods."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return public_address(metadata)
        except NoPublicAddressError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_BETWEEN_SECONDS)


def main(words: Sequence[str] | None = None, metadata: str = METADATA) -> int:
    parser = argparse.ArgumentParser(prog="python -m sfu_container.public_address", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long to ask (default: 60)")
    parser.add_argument("--file", type=Path, help="where to write it (default: standard output)")
    parser.add_argument("command", nargs="*", help="after --: what to become, with the address in its environment")
    arguments = parser.parse_args(words)
    try:
        address = wait_for_public_address(arguments.seconds, metadata)
    except NoPublicAddressError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if arguments.command:
        environment = {**os.environ, "PARLEY_MEDIA_ADDRESS": address}
        os.execvpe(arguments.command[0], arguments.command, environment)  # noqa: S606 a shell would be one process too many
    if arguments.file:
        arguments.file.write_text(f"{address}\n")
    else:
        sys.stdout.write(f"{address}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
