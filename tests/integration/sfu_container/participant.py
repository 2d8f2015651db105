"""People in a session of a running node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from aiortc import RTCDataChannel, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from parley_protocol.addresses import (
    ParticipantAddress,
    node_group,
    participant_group,
    participant_roles,
    session_group,
)
from parley_protocol.control import CONTROL_CHANNEL
from parley_protocol.grants import Grants
from tests.integration.sfu_container.harness import Site
from tests.support.aiortc_client import bundled_connection, count_frames, end, roster
from tests.support.waiting import eventually
from tests.unit.sfu_container.fakes import make_grant


class RefusedError(Exception):
    """The node answered `error`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Participant:
    """Somebody in the session: aiortc for media, a plain WebSocket for signalling."""

    def __init__(self, site: Site, name: str, participant: str = "", grants: Grants | None = None) -> None:
        self.site = site
        self.grant = make_grant(site.session, participant, site.process.id, grants, name)
        self.pc = bundled_connection()
        self.control: RTCDataChannel | None = None
        self.messages: list[dict[str, Any]] = []
        """From the node, by signalling, oldest first."""
        self.told: list[dict[str, Any]] = []
        """From the node, on the control channel, oldest first."""
        self.frames: dict[str, int] = {}
        self.joined: dict[str, Any] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._offers = 0

    @property
    def id(self) -> str:
        return self.grant.sub

    async def connect(self) -> None:
        """Open the signalling socket with the rights that the control plane would give."""
        address = ParticipantAddress(self.grant.tenant, self.grant.meeting, self.site.session, self.id)
        token = await self.site.service.get_client_access_token(
            user_id=str(address),
            roles=list(participant_roles(self.site.session)),
            groups=[session_group(self.site.session), participant_group(self.id)],
        )
        self._socket = await self.site.http.ws_connect(token["url"], protocols=["json.webpubsub.azure.v1"])
        self._tasks.append(asyncio.create_task(self._read(self._socket)))

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            message = json.loads(frame.data)
            if message["type"] == "message":
                self.messages.append(message["data"])

    async def say(self, data: object) -> None:
        assert self._socket is not None
        group = node_group(self.site.session)
        await self._socket.send_json({"type": "sendToGroup", "group": group, "dataType": "json", "data": data})

    async def answer_to(self, request_id: str) -> dict[str, Any]:
        """The node's answer. Raises RefusedError when it is an error."""

        def find() -> dict[str, Any] | None:
            return next((m for m in self.messages if m.get("requestId") == request_id), None)

        answer: dict[str, Any] = await eventually(find, f"an answer to {request_id}", every=0.01)
        if answer["type"] == "error":
            raise RefusedError(answer["code"])
        return answer

    async def join(
        self, publish: bool = True, change_offer: Callable[[str], str] = lambda offer: offer, **changes: Any
    ) -> None:
        """Offer a camera, a microphone, two audio and two video slots, and take the node's answer.

        `change_offer` and `changes` of the message let a test say what it should not.
        """
        sources = []
        if publish:
            camera = self.pc.addTransceiver(VideoStreamTrack(), direction="sendonly")
            microphone = self.pc.addTransceiver(AudioStreamTrack(), direction="sendonly")
            sources = [(camera, "camera"), (microphone, "microphone")]
        slots = [self.pc.addTransceiver(kind, direction="recvonly") for kind in ("audio", "audio", "video", "video")]
        # After the transceivers: aiortc closes the bundle's transport when the data channel was first on it.
        self.control = self.pc.createDataChannel(CONTROL_CHANNEL)
        self.control.on("message", lambda text: self.told.append(json.loads(text)))
        await self.pc.setLocalDescription(await self.pc.createOffer())
        message = {
            "type": "join",
            "requestId": "join",
            "grant": self.site.control_plane.signer.sign(self.grant),
            "offer": change_offer(self.pc.localDescription.sdp),
            "publications": [{"mid": one.mid, "source": source} for one, source in sources],
        }
        await self.say({**message, **changes})
        self.joined = await self.answer_to("join")
        await self.pc.setRemoteDescription(RTCSessionDescription(self.joined["answer"], "answer"))
        for slot in slots:
            self._tasks.append(asyncio.create_task(count_frames(slot.receiver.track, self.frames, str(slot.mid))))

    async def offer_again(self, offer: str) -> dict[str, Any]:
        """Make a later offer, of which aiortc does not know; the node's answer. Raises RefusedError."""
        self._offers += 1
        request_id = f"offer{self._offers}"
        await self.say({"type": "offer", "requestId": request_id, "peer": self.grant.peer, "offer": offer})
        return await self.answer_to(request_id)

    def ask(self, message: Mapping[str, Any]) -> None:
        """Say something on the control channel."""
        assert self.control is not None
        self.control.send(json.dumps(message))

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """What came on the control channel of one type."""
        return [message for message in self.told if message["type"] == kind]

    @property
    def roster(self) -> dict[str, dict[str, Any]]:
        """Everyone by id, as the control channel told."""
        return roster(self.told)

    def slot(self, kind: str) -> str:
        return next(str(slot["mid"]) for slot in self.joined["slots"] if slot["kind"] == kind)

    def publication(self, source: str) -> str:
        return next(str(p["publication"]) for p in self.joined["publications"] if p["source"] == source)

    async def is_connected(self) -> None:
        await eventually(lambda: self.pc.connectionState == "connected", f"{self.grant.name} is connected")
        await eventually(lambda: self.heard("roster"), f"{self.grant.name} has a roster")

    async def is_told(self, message: dict[str, Any]) -> None:
        """By signalling."""
        await eventually(lambda: message in self.messages, f"{self.grant.name} is told {message}")

    async def leave(self) -> None:
        await self.say({"type": "leave", "peer": self.grant.peer})

    async def close(self) -> None:
        await end(self._tasks)
        if self._socket is not None:
            await self._socket.close()
        await self.pc.close()
