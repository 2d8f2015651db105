"""How the stand-in refuses (RFC 6749, section 5.2)."""

from __future__ import annotations

from aiohttp import web


class RefusedError(Exception):
    """`error` is one of the codes of OAuth 2.0; the description is for people."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> web.Response:
        body = {"error": self.error, "error_description": self.description}
        return web.json_response(body, status=self.status)
