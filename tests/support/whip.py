"""A WHIP or WHEP client: aiortc for media, HTTP for everything else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from yarl import URL

from tests.support.aiortc_client import bundled_connection, count_frames, end

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


class WhipRefusedError(Exception):
    """The platform answered with a problem."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass
class WhipClient:
    """Publishes or watches at `url`; counts the frames that it decodes by kind."""

    url: str
    token: str
    http: aiohttp.ClientSession
    pc: RTCPeerConnection = field(default_factory=bundled_connection)
    frames: dict[str, int] = field(default_factory=dict)
    resource: str = ""
    """The URL of its session, once it has one."""
    etag: str = ""

    def __post_init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    async def close(self) -> None:
        """Stop, without a word to the platform."""
        await end(self._tasks)
        await self.pc.close()

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def peer(self) -> str:
        return self.resource.rpartition("/")[2]

    async def publish(self) -> None:
        """Send a synthetic picture and tone."""
        self.pc.addTransceiver(VideoStreamTrack(), direction="sendonly")
        self.pc.addTransceiver(AudioStreamTrack(), direction="sendonly")
        await self.connect()

    async def watch(self) -> None:
        receivers = [self.pc.addTransceiver(kind, direction="recvonly") for kind in ("video", "audio")]
        await self.connect()
        for one in receivers:
            self._tasks.append(asyncio.create_task(count_frames(one.receiver.track, self.frames, one.kind)))

    async def connect(self) -> None:
        """Offer what has been added. Raises WhipRefusedError."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await self.post(self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def post(self, offer: str) -> str:
        """Post an offer; the answer. Follows no redirect, as some clients do not. Raises WhipRefusedError."""
        headers = {**self.authorization, "Content-Type": SDP}
        async with self.http.post(self.url, data=offer.encode(), headers=headers, allow_redirects=False) as response:
            if response.status != 201:
                raise WhipRefusedError(response.status, (await response.json())["code"])
            self.resource = str(response.url.join(URL(response.headers["Location"])))
            self.etag = response.headers["ETag"]
            return await response.text()

    async def patch(self, fragment: str, **headers: str) -> aiohttp.ClientResponse:
        """Send ICE news; `headers` by their names with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        all_headers = {"Content-Type": FRAGMENT, **self.authorization, **named}
        response = await self.http.patch(self.resource, data=fragment.encode(), headers=all_headers)
        await response.read()
        return response

    async def leave(self) -> int:
        async with self.http.delete(self.resource, headers=self.authorization) as response:
            return response.status
