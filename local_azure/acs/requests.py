"""What bodies may be."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from local_azure.acs.errors import RefusedError


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body, which is an object; no body counts as an empty one."""
    text = await request.read()
    try:
        body = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "BadRequest", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "BadRequest", "The body is not an object.")
    return body
