"""ICE servers as Link headers (RFC 9725, 4.6; RFC 8288)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from parley_protocol.nodes import IceServer

_QUOTED = re.compile(r'(["\\])')


def links(servers: Iterable[IceServer]) -> list[str]:
    """One header value for each URL."""
    return [_link(url, server) for server in servers for url in server.urls]


def _link(url: str, server: IceServer) -> str:
    parts = [f"<{url}>", 'rel="ice-server"']
    if server.username is not None and server.credential is not None:
        parts += [f"username={_quote(server.username)}", f"credential={_quote(server.credential)}"]
        parts.append('credential-type="password"')
    return "; ".join(parts)


def _quote(text: str) -> str:
    return '"' + _QUOTED.sub(r"\\\1", text) + '"'
