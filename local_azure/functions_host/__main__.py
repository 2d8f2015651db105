"""Serve the Functions app and the client on one port of 127.0.0.1.

    python -m local_azure.functions_host --port 8080 --client client/dist

The app's own settings come from the environment, as they do in Azure.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import uvicorn

from local_azure.functions_host.front_door import FrontDoor
from local_azure.functions_host.log import set_up_log
from local_azure.functions_host.pages import ClientPages
from local_azure.functions_host.settings import HostConfigurationError, required
from local_azure.functions_host.trigger_host import TriggerHost
from local_azure.functions_host.triggers import asgi_application, discover
from local_azure.functions_host.webhook_inbox import WebhookInbox


def front_door(client: Path) -> FrontDoor:
    """The Functions app of this repository behind the laptop's front door."""
    import function_app  # here, so that a bad command line is answered before the app is imported

    triggers = TriggerHost(discover(function_app.app, os.environ))
    signalling = required("PARLEY_WEBPUBSUB_ENDPOINT", os.environ)
    pages = ClientPages(client, signalling, os.environ.get("PARLEY_SIGN_IN_AUTHORITY"))
    return FrontDoor(WebhookInbox(asgi_application(function_app.app)), pages, triggers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client", type=Path, default=Path("client/dist"), help="the folder of the built client")
    arguments = parser.parse_args()
    set_up_log()
    try:
        application = front_door(arguments.client)
    except HostConfigurationError as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=arguments.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
