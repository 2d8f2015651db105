"""Rooms and their members (learn.microsoft.com/rest/api/communication/rooms)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from local_azure.acs.errors import RefusedError
from local_azure.acs.identities import Identities
from local_azure.acs.requests import json_object

_LONGEST = timedelta(days=180)
_ROLES = frozenset({"Presenter", "Attendee", "Consumer", "Collaborator"})
_MOST_MEMBERS = 350


@dataclass
class Room:
    id: str
    valid_from: datetime
    valid_until: datetime
    created_on: datetime
    members: dict[str, str] = field(default_factory=dict)
    """Roles by communication user."""

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "createdAt": self.created_on.isoformat(),
            "validFrom": self.valid_from.isoformat(),
            "validUntil": self.valid_until.isoformat(),
            "pstnDialOutEnabled": False,
        }


class Rooms:
    """The rooms, in memory. `by_id` is for those who look at what was made."""

    def __init__(self, identities: Identities) -> None:
        self.by_id: dict[str, Room] = {}
        self._identities = identities
        self._repeated: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/rooms", self._create),
            web.get("/rooms/{room}", self._get),
            web.delete("/rooms/{room}", self._delete),
            web.get("/rooms/{room}/participants", self._list_members),
            web.patch("/rooms/{room}/participants", self._change_members),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        repeatability = request.headers.get("Repeatability-Request-Id", "")
        if known := self._repeated.get(repeatability):
            return web.json_response(self._find(known).body(), status=201)
        now = datetime.now(UTC)
        opens = _moment(body, "validFrom", now)
        closes = _moment(body, "validUntil", opens + _LONGEST)
        if not opens < closes <= opens + _LONGEST:
            raise RefusedError(400, "BadRequest", "A room is valid for at most 180 days.")
        room = Room(uuid.uuid4().hex[:20], opens, closes, now)
        self._change(room, body.get("participants") or {})
        self.by_id[room.id] = room
        if repeatability:
            self._repeated[repeatability] = room.id
        return web.json_response(room.body(), status=201)

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._find(request.match_info["room"]).body())

    async def _delete(self, request: web.Request) -> web.Response:
        del self.by_id[self._find(request.match_info["room"]).id]
        return web.Response(status=204)

    async def _list_members(self, request: web.Request) -> web.Response:
        members = self._find(request.match_info["room"]).members
        return web.json_response({"value": [{"rawId": user, "role": role} for user, role in members.items()]})

    async def _change_members(self, request: web.Request) -> web.Response:
        room = self._find(request.match_info["room"])
        self._change(room, (await json_object(request)).get("participants"))
        return web.json_response({})

    def _find(self, room: str) -> Room:
        try:
            return self.by_id[room]
        except KeyError as error:
            raise RefusedError(404, "ResourceNotFound", "There is no such room.") from error

    def _change(self, room: Room, changes: Any) -> None:
        """All of the changes or none."""
        if not isinstance(changes, dict):
            raise RefusedError(400, "BadRequest", "`participants` is not an object.")
        members = dict(room.members)
        for user, member in changes.items():
            if member is None:
                members.pop(user, None)
                continue
            self._identities.require(user)
            members[user] = _role(member)
        if len(members) > _MOST_MEMBERS:
            raise RefusedError(400, "BadRequest", f"A room has at most {_MOST_MEMBERS} participants.")
        room.members = members


def _role(member: Any) -> str:
    role = (member.get("role") or "Attendee") if isinstance(member, dict) else None
    if role not in _ROLES:
        raise RefusedError(400, "BadRequest", "The role is not known.")
    return str(role)


def _moment(body: dict[str, Any], name: str, default: datetime) -> datetime:
    text = body.get(name)
    if text is None:
        return default
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise RefusedError(400, "BadRequest", f"`{name}` is no time.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
