"""Runs the emulator: `python -m local_azure.webpubsub --port 8081 --upstream meetings=http://127.0.0.1:7071/...`."""

import argparse
import os
import sys

import uvloop

from local_azure.serving import HOST, listen, serve
from local_azure.webpubsub.server import WebPubSubEmulator
from local_azure.webpubsub.upstream import SYSTEM_EVENTS

KEY_VARIABLE = "PARLEY_WEBPUBSUB_KEY"


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit code: 2 for wrong settings, 1 for a port that is taken."""
    options = _parser().parse_args(arguments)
    key = os.environ.get(KEY_VARIABLE, "")
    try:
        listener, origin = listen(options.port)
    except OSError as error:
        return _failed(1, f"port {options.port} on {HOST} cannot be used: {error.strerror}")
    try:
        emulator = WebPubSubEmulator(
            key, dict(options.upstream), options.public_origin or origin, system_events=options.system_events
        )
    except ValueError as error:
        return _failed(2, f"{KEY_VARIABLE}: {error}")
    uvloop.run(serve(emulator.app(), listener, origin))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_azure.webpubsub", description="A Web PubSub emulator.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument(
        "--upstream", type=_upstream, action="append", default=[], metavar="HUB=URL", help="a hub's event handler"
    )
    parser.add_argument(
        "--system-events",
        type=_system_events,
        default=SYSTEM_EVENTS,
        metavar="EVENT,…",
        help="the system events that handlers get; all of them where nothing is said",
    )
    parser.add_argument("--public-origin", help="where clients find the emulator, if not at its own address")
    return parser


def _upstream(text: str) -> tuple[str, str]:
    hub, separator, url = text.partition("=")
    if not hub or not separator or not url.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is not HUB=URL")
    return hub, url


def _system_events(text: str) -> frozenset[str]:
    events = frozenset(filter(None, text.split(",")))
    if unknown := events - SYSTEM_EVENTS:
        raise argparse.ArgumentTypeError(f"there is no system event {', '.join(sorted(unknown))}")
    return events


def _failed(code: int, message: str) -> int:
    sys.stderr.write(message + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
