"""Communication users and their tokens (learn.microsoft.com/rest/api/communication/identity)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from local_azure.acs.errors import RefusedError
from local_azure.acs.requests import json_object

_DEFAULT_MINUTES = 24 * 60
_SHORTEST_MINUTES = 60
_SCOPES = frozenset({"chat", "voip", "voip.join", "chat.join", "chat.join.limited"})


class Identities:
    """The users, in memory."""

    def __init__(self) -> None:
        self._users: set[str] = set()
        self.revoked: list[str] = []
        """The users whose tokens were revoked."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/identities", self._create),
            web.delete("/identities/{user}", self._delete),
            web.post("/identities/{user}/:issueAccessToken", self._issue),
            web.post("/identities/{user}/:revokeAccessTokens", self._revoke),
        ]

    def require(self, user: str) -> None:
        """Raises RefusedError when there is no such user."""
        if user not in self._users:
            raise RefusedError(400, "BadRequest", f"{user} is no communication user of this resource.")

    async def _create(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        user = f"8:acs:{uuid.uuid4()}_{uuid.uuid4()}"
        self._users.add(user)
        answer: dict[str, Any] = {"identity": {"id": user}}
        if scopes := body.get("createTokenWithScopes"):
            answer["accessToken"] = _token(user, scopes, body.get("expiresInMinutes"))
        return web.json_response(answer, status=201)

    async def _delete(self, request: web.Request) -> web.Response:
        self._users.discard(request.match_info["user"])
        return web.Response(status=204)

    async def _revoke(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        if user not in self._users:
            raise RefusedError(404, "NotFound", "There is no such user.")
        self.revoked.append(user)
        return web.Response(status=204)

    async def _issue(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        if user not in self._users:
            raise RefusedError(404, "NotFound", "There is no such user.")
        body = await json_object(request)
        return web.json_response(_token(user, body.get("scopes"), body.get("expiresInMinutes")))


def _token(user: str, scopes: Any, minutes: Any) -> dict[str, str]:
    if not isinstance(scopes, list) or not scopes or not _SCOPES.issuperset(scopes):
        raise RefusedError(400, "BadRequest", "The scopes are not known.")
    lasts = _DEFAULT_MINUTES if minutes is None else minutes
    if not isinstance(lasts, int) or not _SHORTEST_MINUTES <= lasts <= _DEFAULT_MINUTES:
        raise RefusedError(400, "BadRequest", "A token lasts from 1 to 24 hours.")
    expires = datetime.now(UTC) + timedelta(minutes=lasts)
    return {"token": f"{user}.{'+'.join(scopes)}.{uuid.uuid4().hex}", "expiresOn": expires.isoformat()}
