"""The routes of the control plane."""

import re

from fastapi.routing import iter_route_contexts

from function_app.api.application import create_api
from function_app.process import process


def api_routes() -> set[tuple[str, str]]:
    """Method and path of each, with something in place of the path's parameters."""
    return {
        (method, re.sub(r"{[^}]+}", "x1", route.path or ""))
        for route in iter_route_contexts(create_api(process).routes)
        for method in route.methods or ()
    }
