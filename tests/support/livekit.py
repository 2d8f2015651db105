"""A LiveKit server as far as its room service goes, for the unmodified client (docs.livekit.io/reference/server)."""

from __future__ import annotations

import jwt
from aiohttp import web
from livekit.protocol.models import Room
from livekit.protocol.room import (
    CreateRoomRequest,
    DeleteRoomRequest,
    DeleteRoomResponse,
    RemoveParticipantResponse,
    RoomParticipantIdentity,
)


class LiveKitStandIn:
    """Its rooms are in memory."""

    def __init__(self, api_key: str, api_secret: str) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self.rooms: set[str] = set()
        self.expelled: list[tuple[str, str]] = []
        """Room and identity of each who was removed."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/twirp/livekit.RoomService/CreateRoom", self._create)
        app.router.add_post("/twirp/livekit.RoomService/DeleteRoom", self._delete)
        app.router.add_post("/twirp/livekit.RoomService/RemoveParticipant", self._remove)
        return app

    def _check(self, request: web.Request, grant: str = "roomCreate") -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        claims = jwt.decode(token, self._api_secret, algorithms=["HS256"], issuer=self._api_key)
        assert claims["video"][grant] is True

    async def _create(self, request: web.Request) -> web.Response:
        self._check(request)
        wanted = CreateRoomRequest.FromString(await request.read())
        self.rooms.add(wanted.name)
        return _protobuf(Room(name=wanted.name).SerializeToString())

    async def _delete(self, request: web.Request) -> web.Response:
        self._check(request)
        wanted = DeleteRoomRequest.FromString(await request.read())
        if wanted.room not in self.rooms:
            return web.json_response({"code": "not_found", "msg": "room not found"}, status=404)
        self.rooms.discard(wanted.room)
        return _protobuf(DeleteRoomResponse().SerializeToString())

    async def _remove(self, request: web.Request) -> web.Response:
        self._check(request, "roomAdmin")
        gone = RoomParticipantIdentity.FromString(await request.read())
        if gone.room not in self.rooms:
            return web.json_response({"code": "not_found", "msg": "room not found"}, status=404)
        self.expelled.append((gone.room, gone.identity))
        return _protobuf(RemoveParticipantResponse().SerializeToString())


def _protobuf(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/protobuf")
