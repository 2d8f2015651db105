"""Debian's Janus with its VideoRoom, by its HTTP API."""

from __future__ import annotations

import asyncio
import secrets
from asyncio.subprocess import Process
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

import aiohttp

from bench.side_by_side import sdp
from bench.side_by_side.network import JANUS_INTERFACE
from bench.side_by_side.process import SFU_CORE, start_on, stop
from bench.side_by_side.sfu import Client, Published, Remote, Track

CONFIGURATION = Path(__file__).parent / "janus"
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/janus")
PLUGINS = {"plugins": "libjanus_videoroom.so", "transports": "libjanus_http.so"}
API = "http://127.0.0.1:8088/janus"
ROOM = 1
FIRST_PUBLISHER = 1_000
START_SECONDS = 20.0
ANSWER_SECONDS = 30.0


class JanusError(Exception):
    """Janus refused a request."""


class Janus:
    """One process of Janus, with `event_loops` threads for media; where that is None, with a thread for each client."""

    def __init__(self, folder: Path, event_loops: int | None) -> None:
        self.name = "Janus" if event_loops is None else f"Janus event_loops={event_loops}"
        self._folder = folder
        self._event_loops = event_loops
        self._process: Process | None = None
        self._http: aiohttp.ClientSession | None = None
        self._poller: asyncio.Task[None] | None = None
        self._session = ""
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def start(self) -> int:
        _write_configuration(self._folder, self._event_loops)
        command = ["/usr/bin/janus", "-F", str(self._folder), "-C", str(self._folder / "janus.jcfg")]
        self._process = await start_on(SFU_CORE, command, self._folder / "janus.log")
        # Requests that wait for events may last half a minute, each on a connection of its own.
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=90))
        async with asyncio.timeout(START_SECONDS):
            self._session = f"{API}/{await self._create_session()}"
        self._poller = asyncio.create_task(self._poll())
        request = {
            "request": "create",
            "room": ROOM,
            "publishers": 64,
            "videocodec": "vp8",
            "bitrate": 0,
            "fir_freq": 0,
        }
        await self._ask(await self._attach(), request)
        return self._process.pid

    async def publish(self, client: Client, track: Track) -> Published:
        publisher = FIRST_PUBLISHER + client.number
        request = {"request": "joinandconfigure", "ptype": "publisher", "room": ROOM, "id": publisher}
        offer = {"type": "offer", "sdp": sdp.publishing_offer(client, track)}
        answer = await self._ask(await self._attach(), request, offer)
        return Published(sdp.read_remote(answer["jsep"]["sdp"]), str(publisher))

    async def subscribe(self, client: Client, keys: Sequence[str], with_feedback: bool) -> Remote:
        handle = await self._attach()
        streams = [{"feed": int(key)} for key in keys]
        offered = await self._ask(handle, {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams})
        offer = offered["jsep"]["sdp"]
        answer = {"type": "answer", "sdp": sdp.receiving_answer(client, offer, with_feedback)}
        await self._ask(handle, {"request": "start", "room": ROOM}, answer)
        remote = sdp.read_remote(offer)
        return remote if with_feedback else Remote(**{**vars(remote), "transport_sequence_id": None})

    async def stop(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
        if self._http is not None:
            await self._http.close()
        if self._process is not None:
            await stop(self._process)

    async def _create_session(self) -> int:
        """As soon as Janus listens."""
        while True:
            try:
                return int((await self._post(API, {"janus": "create"}))["data"]["id"])
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)

    async def _attach(self) -> str:
        request = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        return f"{self._session}/{(await self._post(self._session, request))['data']['id']}"

    async def _ask(self, handle: str, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """Ask the VideoRoom; it answers at once, or by an event."""
        transaction = secrets.token_hex(6)
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = answered
        request = {"janus": "message", "transaction": transaction, "body": body} | ({"jsep": jsep} if jsep else {})
        answer = await self._post(handle, request)
        if answer["janus"] == "ack":
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await answered
        self._waiting.pop(transaction, None)
        if "error" in answer.get("plugindata", {}).get("data", {}):
            raise JanusError(str(answer))
        return answer

    async def _post(self, url: str, request: dict[str, Any]) -> dict[str, Any]:
        assert self._http is not None
        async with self._http.post(url, json={"transaction": secrets.token_hex(6)} | request) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
        if answer["janus"] == "error":
            raise JanusError(str(answer))
        return answer

    async def _poll(self) -> None:
        """Janus tells events to a request that waits for them."""
        assert self._http is not None
        while True:
            async with self._http.get(self._session, params={"maxev": 20}) as response:
                events = await response.json(content_type=None)
            for event in events if isinstance(events, list) else [events]:
                answered = self._waiting.get(event.get("transaction", ""))
                if answered is not None and not answered.done():
                    answered.set_result(event)


def _write_configuration(folder: Path, event_loops: int | None) -> None:
    """Only the VideoRoom and the HTTP API, from the files beside this module."""
    for kind, library in PLUGINS.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        link = folder / kind / library
        if not link.is_symlink():
            link.symlink_to(LIBRARY / kind / library)
    (folder / "none").mkdir(exist_ok=True)
    loops = "" if event_loops is None else f"event_loops = {event_loops}"
    values = {"folder": str(folder), "event_loops": loops, "interface": JANUS_INTERFACE}
    for file in CONFIGURATION.glob("*.jcfg"):
        (folder / file.name).write_text(Template(file.read_text()).substitute(values))
