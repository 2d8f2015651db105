"""The load generator's process, and the commands to it (bench/loadgen/src/protocol.rs)."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from bench.side_by_side import sdp
from bench.side_by_side.process import OTHER_CORE, start_on, stop
from bench.side_by_side.sfu import Client, Remote, Track

PROGRAM = Path(__file__).parent.parent / "loadgen" / "target" / "release" / "parley_loadgen"
PORT = 41_000
ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 60.0


class GeneratorError(Exception):
    """An endpoint could not connect, or the generator does not answer."""


class Generator:
    """Publishers use PORT, as do verified subscribers; all others the port above it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())
        self.fingerprint = ""
        self.profiles: dict[int, str] = {}
        """By endpoint, how a connected one protects its media."""
        self.failures: list[str] = []

    @classmethod
    async def start(cls, log: Path) -> Self:
        command = [str(PROGRAM), str(PORT)]
        generator = cls(await start_on(OTHER_CORE, command, log, with_pipes=True))
        ready = await generator._answer()
        generator.fingerprint = ready["fingerprint"]
        return generator

    def client(self, number: int, is_publisher: bool = False, is_verified: bool = False) -> Client:
        port = PORT if is_publisher or is_verified else PORT + 1
        return Client(number, port, self.fingerprint, is_verified)

    async def connect(self, client: Client, remote: Remote, track: Track | None = None) -> None:
        """Begin to connect; `connected` waits for the end of it."""
        plan = {
            "number": client.number,
            "local": {"ufrag": client.ufrag, "password": client.password},
            "remote": {"ufrag": remote.ufrag, "password": remote.password},
            "remote_address": f"{remote.address}:{remote.port}",
            "fingerprint": remote.fingerprint,
            "is_dtls_client": not remote.is_dtls_client,
            "is_verified": client.is_verified,
            "payload_type": sdp.MEDIA_PAYLOAD_TYPE,
        }
        if track is None:
            plan["transport_sequence_id"] = remote.transport_sequence_id
        else:
            plan["tracks"] = [_track(track, remote)]
        await self._send("endpoint", **plan)

    async def connected(self, numbers: Sequence[int]) -> None:
        """Raises GeneratorError when an endpoint fails, or they do not all connect in time."""

        def is_settled() -> bool:
            return bool(self.failures) or all(number in self.profiles for number in numbers)

        async with asyncio.timeout(CONNECT_SECONDS), self._changed:
            await self._changed.wait_for(is_settled)
        if self.failures:
            raise GeneratorError(self.failures[0])

    async def command(self, name: str, **arguments: object) -> dict[str, Any]:
        """Give a command and return the answer to it."""
        await self._send(name, **arguments)
        return await self._answer()

    async def stop(self) -> None:
        await stop(self._process)
        self._reader.cancel()

    async def _send(self, name: str, **arguments: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": name, **arguments}).encode() + b"\n")
        await self._process.stdin.drain()

    async def _answer(self) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await self._answers.get()
        if answer["event"] == "refused":
            raise GeneratorError(answer["reason"])
        return answer

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            event = json.loads(line)
            match event["event"]:
                case "connected" | "failed":
                    async with self._changed:
                        if event["event"] == "connected":
                            self.profiles[event["number"]] = event["profile"]
                        else:
                            self.failures.append(f"endpoint {event['number']}: {event['reason']}")
                        self._changed.notify_all()
                case _:
                    await self._answers.put(event)


def _track(track: Track, remote: Remote) -> dict[str, object]:
    return {
        "ssrc": track.ssrc,
        "payload_type": track.payload_type,
        "frames_per_second": track.frames_per_second,
        "packets_per_frame": track.packets_per_frame,
        "packet_len": track.packet_len,
        "mid": track.mid,
        "mid_id": sdp.MID_ID,
        "send_time_id": sdp.SEND_TIME_ID,
        "transport_sequence_id": remote.transport_sequence_id,
    }
