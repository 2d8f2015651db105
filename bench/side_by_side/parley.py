"""Our node, joined as clients join it: by the API, then by signalling over Web PubSub."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bench.side_by_side import sdp
from bench.side_by_side.process import OTHER_CORE, SFU_CORE, start_on, stop
from bench.side_by_side.sfu import Client, Published, Remote, Track
from local_azure.runner.home import Home
from local_azure.runner.keys import load_keys
from local_azure.runner.part import Probe
from local_azure.runner.parts import parley_parts
from local_azure.runner.ports import Ports
from parley_protocol.addresses import node_group

CLIENT = Path(__file__).resolve().parents[2] / "client" / "dist" / "index.html"
FIRST_PORT = 9_080
START_SECONDS = 60.0
PROBE_SECONDS = 0.2
ANSWER_SECONDS = 30.0
MAX_HEIGHT = 720
NODE_LIMITS = {"PARLEY_NODE_PEERS": "4000", "PARLEY_NODE_PACKETS_PER_SECOND": "10000000"}
"""So that the controller turns nobody away: how much fits is what is measured."""


class ParleyError(Exception):
    """The platform did not start, or refused a request."""


class ControlPlane:
    """Everything but the node, started once for all runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = os.environ | {"PORT": str(FIRST_PORT), "PARLEY_HOME": str(folder)}
        self._process: Process | None = None

    async def start(self) -> None:
        if not CLIENT.exists():
            raise ParleyError("the platform serves the web client, which is not built; `make bench` builds it first")
        command = [sys.executable, "-m", "bench.side_by_side.platform"]
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = await start_on(OTHER_CORE, command, self._folder / "platform.log", self._environment)
        async with asyncio.timeout(START_SECONDS):
            while not self._is_ready():
                if self._process.returncode is not None:
                    raise ParleyError(f"the control plane did not start; see {self._folder / 'platform.log'}")
                await asyncio.sleep(PROBE_SECONDS)

    def _is_ready(self) -> bool:
        try:
            return bool(self.state["ready"])
        except (FileNotFoundError, KeyError):
            return False

    @property
    def state(self) -> dict[str, Any]:
        return dict(json.loads((self._folder / "state.json").read_text()))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{FIRST_PORT}"

    async def stop(self) -> None:
        if self._process is not None:
            await stop(self._process)


class Parley:
    """One node at a time, and a meeting of its own for each."""

    name = "Parley"
    _numbers = itertools.count(1)

    def __init__(self, folder: Path, control_plane: ControlPlane) -> None:
        self._folder = folder
        self._control_plane = control_plane
        self._process: Process | None = None
        self._http: aiohttp.ClientSession | None = None
        self._meeting = ""

    async def start(self) -> int:
        home = Home(self._folder)
        ports = Ports.starting_at(FIRST_PORT)
        ((part,),) = parley_parts(ports, home, load_keys(home))[-1:]
        environment = os.environ | part.environment | NODE_LIMITS
        self._process = await start_on(SFU_CORE, part.command, self._folder / "node.log", environment)
        connector = aiohttp.TCPConnector(limit=0)
        self._http = aiohttp.ClientSession(connector=connector)
        for probe in part.probes:
            await self._until_it_holds(probe)
        self._meeting = f"bench-{os.getpid()}-{next(self._numbers)}"
        await self._api("PUT", f"/meetings/{self._meeting}", {"title": "Benchmark"}, self._api_key)
        return self._process.pid

    async def publish(self, client: Client, track: Track) -> Published:
        publications = [{"mid": track.mid, "source": "camera"}]
        joined = await self._join(client, sdp.publishing_offer(client, track), publications=publications)
        (published,) = joined["publications"]
        return Published(sdp.read_remote(joined["answer"]), str(published["publication"]))

    async def subscribe(self, client: Client, keys: Sequence[str], with_feedback: bool) -> Remote:
        layout = [{"mid": str(slot), "publication": key, "maxHeight": MAX_HEIGHT} for slot, key in enumerate(keys)]
        offer = sdp.receiving_offer(client, len(keys), with_feedback)
        joined = await self._join(client, offer, layout=layout)
        return sdp.read_remote(joined["answer"])

    async def stop(self) -> None:
        if self._process is not None:
            await stop(self._process)
        if self._http is not None:
            await self._http.close()

    async def _until_it_holds(self, probe: Probe) -> None:
        assert self._http is not None
        for _ in range(int(START_SECONDS / PROBE_SECONDS)):
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with self._http.get(probe.url) as response:
                    if response.status == 200 and probe.accepts(await response.read()):
                        return
            await asyncio.sleep(PROBE_SECONDS)
        raise ParleyError(f"the node did not start; see {self._folder / 'node.log'}")

    @property
    def _api_key(self) -> str:
        return str(self._control_plane.state["apiKey"])

    async def _join(self, client: Client, offer: str, **message: object) -> dict[str, Any]:
        """One participant for each client."""
        person = {"participant": f"user-{client.number}", "name": f"User {client.number}", "ttlSeconds": 3600}
        issued = await self._api("POST", f"/meetings/{self._meeting}:issueToken", person, self._api_key)
        admission = await self._api("POST", "/sessions:join", {}, issued["token"])
        assert self._http is not None
        url = admission["signalling"]["url"]
        # The socket stays open until the HTTP session is closed: who is without one has left.
        socket = await self._http.ws_connect(url, protocols=["json.webpubsub.azure.v1"])
        data = {"type": "join", "requestId": "join", "grant": admission["mediaGrant"], "offer": offer, **message}
        group = node_group(admission["session"]["id"])
        await socket.send_json({"type": "sendToGroup", "group": group, "dataType": "json", "data": data})
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _answer(socket)

    async def _api(self, method: str, path: str, body: object, credential: str) -> dict[str, Any]:
        assert self._http is not None
        headers = {"Authorization": f"Bearer {credential}"}
        async with self._http.request(
            method, f"{self._control_plane.origin}{path}", json=body, headers=headers
        ) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
        if not response.ok:
            raise ParleyError(f"{method} {path}: {answer}")
        return answer


async def _answer(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    async for frame in socket:
        message = json.loads(frame.data)
        data = message.get("data")
        if message.get("type") == "message" and isinstance(data, dict) and data.get("requestId") == "join":
            if data["type"] == "error":
                raise ParleyError(f"{data['code']}: {data['message']}")
            return dict(data)
    raise ParleyError("the signalling socket was closed")
