"""The API's documentation for people: `/docs` shows `/openapi.json`, with nothing loaded from any other origin.

Swagger UI comes with the client's build (`client/scripts/docs-assets.mjs`) and is served from the same origin.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

_PAGE: Final = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Parley API</title>
    <link rel="icon" href="/parley.svg">
    <link rel="stylesheet" href="/docs-assets/swagger-ui.css">
  </head>
  <body>
    <main id="reference"><a href="/openapi.json">The API as an OpenAPI document</a></main>
    <script src="/docs-assets/swagger-ui-bundle.js"></script>
    <script src="/docs-assets/start.js"></script>
  </body>
</html>
"""

_HEADERS: Final = {
    # Swagger UI sets styles on elements while it runs and has its icons in the style sheet.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_reference() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_HEADERS)
