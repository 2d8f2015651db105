"""What the stand-in refuses, in the shape of the service's errors."""

from __future__ import annotations

from aiohttp import web


class RefusedError(Exception):
    """An expected failure."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> web.Response:
        body = {"error": {"code": self.code, "message": self.message}}
        return web.json_response(body, status=self.status, headers={"x-ms-error-code": self.code})
