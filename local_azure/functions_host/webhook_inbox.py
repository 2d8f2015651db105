"""A receiver of webhooks, and its page: what a tenant's own server would get, for developers to look at."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from html import escape
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

INBOX_PATH = "/webhook-inbox"
_KEPT = 200
_MAXIMUM_BYTES = 256 * 1024
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class _Received:
    message: str
    event: dict[str, Any]


class WebhookInbox:
    """Answers at INBOX_PATH, and passes everything else on to `api`. The newest messages are kept, in memory."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api
        self._received: deque[_Received] = deque(maxlen=_KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != INBOX_PATH:
            await self._api(scope, receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            return PlainTextResponse("", await self._take(request))
        if request.method in ("GET", "HEAD"):
            return HTMLResponse(_page(list(self._received)[::-1]), headers=_HEADERS)
        return PlainTextResponse("only GET, HEAD and POST", 405, headers={"Allow": "GET, HEAD, POST"})

    async def _take(self, request: Request) -> int:
        """The status for one message."""
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > _MAXIMUM_BYTES:
                    return 413
            event = json.loads(bytes(body))
        except (ValueError, RecursionError, ClientDisconnect):
            return 400
        if not isinstance(event, dict):
            return 400
        self._received.append(_Received(request.headers.get("webhook-id", ""), event))
        return 204


def _page(received: list[_Received]) -> str:
    rows = "".join(map(_row, received)) or '<tr><td colspan="5">Nothing yet: change a meeting, or join one.</td></tr>'
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<title>Webhook inbox</title>
<style>
  body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2rem; }}
  table {{ border-collapse: collapse; width: 100%; }}
  th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; }}
  code {{ font: 12px/1.5 ui-monospace, monospace; }}
</style>
<h1>Webhook inbox</h1>
<p>What the webhook <code>inbox</code> of the local tenant was sent, newest first. It is forgotten at a restart.</p>
<table>
<tr><th>Time<th>Meeting<th>Sequence<th>Type<th>Data and message id
{rows}
</table>
</html>
"""


def _row(received: _Received) -> str:
    event = received.event
    data = json.dumps(event.get("data"), ensure_ascii=False)
    cells = [str(event.get(name, "")) for name in ("time", "subject", "sequence", "type")]
    plain = "".join(f"<td>{escape(cell)}" for cell in cells)
    return f"<tr>{plain}<td><code>{escape(data)}<br>{escape(received.message)}</code>\n"
