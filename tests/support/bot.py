"""A participant without a browser: aiortc for media, the JSON subprotocol for signalling."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from parley_protocol.addresses import node_group
from parley_protocol.control import CONTROL_CHANNEL
from tests.support.aiortc_client import bundled_connection, count_frames, end, roster


class SignallingRefusedError(Exception):
    """The node answered `error`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass
class Bot:
    """Joins a meeting, publishes a synthetic picture and tone, and counts the frames that it gets for each slot."""

    origin: str
    name: str
    http: aiohttp.ClientSession
    pc: RTCPeerConnection = field(default_factory=bundled_connection)
    admission: dict[str, Any] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    """Every signalling message that came, oldest first."""
    control_received: list[dict[str, Any]] = field(default_factory=list)
    frames: dict[str, int] = field(default_factory=dict)
    """Decoded frames by mid."""

    def __post_init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._requests = 0
        self._arrived = asyncio.Condition()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._tasks)
        if self._socket is not None:
            await self._socket.close()
        await self.pc.close()

    @property
    def participant(self) -> str:
        return str(self.admission["participant"]["id"])

    async def guest_token(self, meeting: str) -> str:
        async with self.http.post(
            f"{self.origin}/openMeetings/{meeting}:issueToken", json={"name": self.name}
        ) as response:
            response.raise_for_status()
            return str((await response.json())["token"])

    async def enter(self, token: str) -> None:
        """Join by the API and open the signalling socket; media comes with `negotiate`."""
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.post(f"{self.origin}/sessions:join", json={}, headers=headers) as response:
            response.raise_for_status()
            self.admission = await response.json()
        self._socket = await self.http.ws_connect(
            self.admission["signalling"]["url"], protocols=["json.webpubsub.azure.v1"]
        )
        self._tasks.append(asyncio.create_task(self._read_socket(self._socket)))

    async def negotiate(self, grant: str | None = None, change_offer: Any = None) -> dict[str, Any]:
        """Offer, and take the node's answer. `grant` and `change_offer` let a test send what it should not."""
        senders = {
            "camera": self.pc.addTransceiver(VideoStreamTrack(), direction="sendonly"),
            "microphone": self.pc.addTransceiver(AudioStreamTrack(), direction="sendonly"),
        }
        kinds = ("audio", "audio", "video", "video")
        receivers = [self.pc.addTransceiver(kind, direction="recvonly") for kind in kinds]
        # After the transceivers: aiortc ends the bundle's transport when the data channel's m-line is the first.
        self.control = self.pc.createDataChannel(CONTROL_CHANNEL)
        self.control.on("message", lambda text: self.control_received.append(json.loads(text)))
        await self.pc.setLocalDescription(await self.pc.createOffer())
        offer = self.pc.localDescription.sdp
        joined = await self.request(
            {
                "type": "join",
                "grant": grant or self.admission["mediaGrant"],
                "offer": change_offer(offer) if change_offer else offer,
                "publications": [{"mid": one.mid, "source": source} for source, one in senders.items()],
            }
        )
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp=joined["answer"], type="answer"))
        for receiver in receivers:
            self._tasks.append(
                asyncio.create_task(count_frames(receiver.receiver.track, self.frames, str(receiver.mid)))
            )
        return joined

    async def request(self, message: dict[str, Any], within: float = 10.0) -> dict[str, Any]:
        """Send to the node and return its answer; `SignallingRefusedError` when that is an error."""
        self._requests += 1
        request_id = f"r{self._requests}"
        await self.send({**message, "requestId": request_id})
        answer = await self.next_message(lambda one: one.get("requestId") == request_id, within)
        if answer["type"] == "error":
            raise SignallingRefusedError(answer["code"], answer["message"])
        return answer

    async def send(self, data: Any, data_type: str = "json") -> None:
        assert self._socket is not None
        group = node_group(self.admission["session"]["id"])
        await self._socket.send_json({"type": "sendToGroup", "group": group, "dataType": data_type, "data": data})

    async def next_message(self, wanted: Any, within: float = 10.0) -> dict[str, Any]:
        """The first signalling message for which `wanted` holds, whether it came or is to come."""

        def find() -> dict[str, Any] | None:
            return next((one for one in self.received if wanted(one)), None)

        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(lambda: find() is not None)
        found = find()
        assert found is not None
        return found

    async def fall_silent(self) -> None:
        """Stop sending without a farewell, as when the network goes."""
        assert self.pc.sctp is not None
        await self.pc.sctp.transport.transport.stop()

    def show(self, mid: str, publication: str | None) -> None:
        """Ask for a publication in a video slot."""
        slot = {"mid": mid, "publication": publication, "maxHeight": 360, "priority": 0}
        self.control.send(json.dumps({"type": "layout", "slots": [slot]}))

    def roster(self) -> dict[str, dict[str, Any]]:
        """Participants by id, as the control channel told."""
        return roster(self.control_received)

    async def _read_socket(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            message = json.loads(frame.data)
            if message.get("type") == "message" and isinstance(message["data"], dict):
                async with self._arrived:
                    self.received.append(message["data"])
                    self._arrived.notify_all()
