"""The client's pages are protected in Azure as they are on a laptop, where every test in a browser runs under it."""

import json

from local_azure.functions_host.pages import page_headers
from scripts.infra.look import ROOT

IN_AZURE = json.loads((ROOT / "client/public/staticwebapp.config.json").read_text())
POLICY = "Content-Security-Policy"
OF_A_DEPLOYMENT = "connect-src"
"""Which hosts there are for signalling and for signing in is not known to a file of the client's."""


def policy_in(headers: dict[str, str]) -> dict[str, str]:
    directives = (directive.strip().partition(" ") for directive in headers[POLICY].split(";"))
    return {name: sources for name, _, sources in directives}


def test_pages_may_do_the_same_in_azure_as_on_a_laptop() -> None:
    azure, laptop = IN_AZURE["globalHeaders"], dict(page_headers("http://127.0.0.1:8083"))
    assert policy_in(azure) == policy_in(laptop) | {OF_A_DEPLOYMENT: "'self' https: wss:"}
    for name in ("Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options"):
        assert azure[name] == laptop[name]


def test_the_service_worker_is_never_an_old_one() -> None:
    assert (ROOT / "client/public/push-worker.js").is_file()
    headers = {route["route"]: route["headers"] for route in IN_AZURE["routes"]}
    assert headers["/push-worker.js"] == {"Cache-Control": "no-cache"}
