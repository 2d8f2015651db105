"""Parley's parts on a laptop: which programs, with which settings, in which order."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from function_app.notifications.delivery_reports import DELIVERY_REPORTS_PATH
from local_azure.functions_host.webhook_inbox import INBOX_PATH
from local_azure.mailbox.page import MAILBOX_PATH
from local_azure.runner.home import Home
from local_azure.runner.keys import Keys
from local_azure.runner.part import Part, Probe
from local_azure.runner.ports import Ports
from local_azure.runner.supervision import Stages

REPOSITORY = Path(__file__).resolve().parents[2]
CLIENT = REPOSITORY / "client" / "dist"

DATABASE = "parley"
DEMO_MEETING = "demo"
STAFF_MEETING = "staff"
ENTRA_AUDIENCE = "parley-api"
ENTRA_APPLICATION = "3d7c1f0e-5b0a-4c43-9a5d-9b7f6f1e2c11"
"""The client id of the one program that gets access tokens."""
_SIGN_IN_CLIENT = "parley-client"

_LOOPBACK = "127.0.0.1"


def public_url(ports: Ports) -> str:
    return f"http://localhost:{ports.http}"


def meeting_url(ports: Ports, meeting: str = DEMO_MEETING) -> str:
    return f"{public_url(ports)}/m/{meeting}"


def authority(ports: Ports, directory: str) -> str:
    """Below it is what the stand-in for Entra ID says of the directory."""
    return _at(ports.entra, f"/{directory}/v2.0")


def entra_state(ports: Ports, keys: Keys) -> dict[str, str]:
    """What a program needs to get an access token."""
    return {
        "authority": authority(ports, keys.directory),
        "scope": f"api://{ENTRA_AUDIENCE}/.default",
        "clientId": ENTRA_APPLICATION,
        "clientSecret": keys.entra_secret,
    }


def inbox_url(ports: Ports) -> str:
    return f"{public_url(ports)}{INBOX_PATH}"


def mailbox_url(ports: Ports) -> str:
    return f"http://localhost:{ports.acs}{MAILBOX_PATH}"


def parley_parts(ports: Ports, home: Home, keys: Keys) -> Stages:
    """The stages of a start. Web PubSub comes after the app, so that at a stop it can still report who has gone."""
    control_plane = _common() | _functions_settings(ports, home, keys)
    bootstrap = control_plane | {
        "PARLEY_BOOTSTRAP_TENANT": keys.tenant,
        "PARLEY_BOOTSTRAP_API_KEY": keys.api_key,
        "PARLEY_BOOTSTRAP_WEBHOOK_URL": inbox_url(ports),
        "PARLEY_BOOTSTRAP_DIRECTORY": keys.directory,
        "PARLEY_BOOTSTRAP_SECOND_API_KEY": keys.second_api_key,
    }
    return (
        (_cosmos(ports, home, keys), _entra(ports, keys), _acs(ports, keys)),
        (Part("bootstrap", _module("function_app.bootstrap"), bootstrap, runs_once=True),),
        (_functions(ports, control_plane),),
        (_webpubsub(ports, keys),),
        (_sfu(ports, keys),),
    )


def _module(name: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *map(str, arguments))


def _at(port: int, path: str = "") -> str:
    return f"http://{_LOOPBACK}:{port}{path}"


def _common() -> dict[str, str]:
    """What every part is told: where it runs, and never to go through a proxy to reach this machine."""
    exempt = ",".join(filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "localhost", _LOOPBACK)))
    return {"PARLEY_ENVIRONMENT": "local", "NO_PROXY": exempt, "no_proxy": exempt}


def _cosmos(ports: Ports, home: Home, keys: Keys) -> Part:
    return Part(
        "cosmos",
        _module("local_azure.cosmos", "--port", ports.cosmos, "--data", home.database),
        _common() | {"PARLEY_COSMOS_KEY": keys.cosmos_key},
        (Probe(_at(ports.cosmos, "/_emulator/health")),),
    )


def _entra(ports: Ports, keys: Keys) -> Part:
    origins = (public_url(ports), _at(ports.http))
    redirects = (argument for origin in origins for argument in ("--redirect", origin))
    return Part(
        "entra",
        _module("local_azure.entra", "--port", ports.entra, "--application", ENTRA_APPLICATION, *redirects),
        _common() | {"PARLEY_ENTRA_SECRET": keys.entra_secret},
        (Probe(_at(ports.entra, "/_emulator/health")),),
    )


def _acs(ports: Ports, keys: Keys) -> Part:
    return Part(
        "acs",
        _module("local_azure.acs", "--port", ports.acs, "--reports", _at(ports.http, DELIVERY_REPORTS_PATH)),
        _common() | {"PARLEY_ACS_KEY": keys.acs_key, "PARLEY_DELIVERY_REPORT_KEY": keys.delivery_report_key},
        (Probe(_at(ports.acs, "/_emulator/health")),),
    )


def _webpubsub(ports: Ports, keys: Keys) -> Part:
    upstream = f"meetings={_at(ports.http, '/internal/webpubsub')}"
    # As in Azure, nobody waits for a `connect` handler: the access token says all there is to say.
    events = ("--upstream", upstream, "--system-events", "connected,disconnected")
    return Part(
        "webpubsub",
        _module("local_azure.webpubsub", "--port", ports.webpubsub, *events),
        _common() | {"PARLEY_WEBPUBSUB_KEY": keys.webpubsub_key},
        (Probe(_at(ports.webpubsub, "/_emulator/health")),),
    )


def _functions_settings(ports: Ports, home: Home, keys: Keys) -> dict[str, str]:
    cosmos = _at(ports.cosmos)
    return {
        "PARLEY_PUBLIC_URL": public_url(ports),
        "PARLEY_COSMOS_ENDPOINT": cosmos,
        "PARLEY_COSMOS_KEY": keys.cosmos_key,
        "PARLEY_COSMOS_DATABASE": DATABASE,
        # The connection that the change-feed trigger names, in the form that the Functions host takes.
        "PARLEY_COSMOS": f"AccountEndpoint={cosmos};AccountKey={keys.cosmos_key};",
        "PARLEY_WEBPUBSUB_ENDPOINT": _at(ports.webpubsub),
        "PARLEY_WEBPUBSUB_KEY": keys.webpubsub_key,
        "PARLEY_SIGNING_KEY_FILE": str(home.signing_key),
        "PARLEY_SERVICE_KEY": keys.service_key,
        "PARLEY_NODE_NETWORKS": f"{_LOOPBACK}/32",
        "PARLEY_API_KEY_PEPPER": keys.api_key_pepper,
        "PARLEY_ENTRA_AUTHORITY": authority(ports, "organizations"),
        "PARLEY_ENTRA_AUDIENCE": ENTRA_AUDIENCE,
        "PARLEY_SIGN_IN_AUTHORITY": authority(ports, keys.directory),
        "PARLEY_SIGN_IN_CLIENT_ID": _SIGN_IN_CLIENT,
        "PARLEY_WEBHOOKS_TO_PRIVATE_ADDRESSES": "true",
        "PARLEY_OPEN_MEETING": f"{keys.tenant}/{DEMO_MEETING}",
        "PARLEY_ACS_ENDPOINT": _at(ports.acs),
        "PARLEY_ACS_KEY": keys.acs_key,
        "PARLEY_EMAIL_SENDER": "parley@parley.example",
        "PARLEY_SMS_SENDER": "+18005550100",
        "PARLEY_DELIVERY_REPORT_KEY": keys.delivery_report_key,
        "PARLEY_WEB_PUSH_KEY": keys.web_push_key,
        "PARLEY_WEB_PUSH_CONTACT": "mailto:parley@parley.example",
    }


def _functions(ports: Ports, settings: dict[str, str]) -> Part:
    return Part(
        "functions",
        _module("local_azure.functions_host", "--port", ports.http, "--client", CLIENT),
        settings,
        (Probe(_at(ports.http, "/healthz")), Probe(_at(ports.http, "/"))),
    )


def _sfu(ports: Ports, keys: Keys) -> Part:
    settings = {
        "PARLEY_CONTROL_URL": _at(ports.http),
        "PARLEY_SERVICE_KEY": keys.service_key,
        "PARLEY_NODE_REGION": "local",
        "PARLEY_NODE_TRACK": "stable",
        "PARLEY_MEDIA_BIND": _LOOPBACK,
        "PARLEY_MEDIA_ADDRESS": _LOOPBACK,
        "PARLEY_MEDIA_PORT": str(ports.media),
        "PARLEY_HTTP_BIND": _LOOPBACK,
        "PARLEY_HTTP_PORT": str(ports.sfu_http),
    }
    return Part(
        "sfu", _module("sfu_container"), _common() | settings, (Probe(_at(ports.sfu_http, "/healthz"), _is_joinable),)
    )


def _is_joinable(body: bytes) -> bool:
    """Whether a node's health says that the controller knows it and that signalling reaches it."""
    try:
        health = json.loads(body)
    except ValueError:
        return False
    return isinstance(health, dict) and health.get("registered") is True and health.get("signalling") is True
