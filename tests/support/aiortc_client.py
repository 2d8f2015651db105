"""What the tests' clients on aiortc have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcconfiguration import RTCBundlePolicy


def bundled_connection() -> RTCPeerConnection:
    """One transport for everything, as browsers have it."""
    return RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


async def count_frames(track: MediaStreamTrack, frames: dict[str, int], key: str) -> None:
    """Count under `key` what the track decodes, until it is cancelled."""
    while True:
        await track.recv()
        frames[key] = frames.get(key, 0) + 1


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def roster(told: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Participants by id, as the control channel told."""
    people: dict[str, dict[str, Any]] = {}
    for message in told:
        match message["type"]:
            case "roster":
                people |= {one["participant"]: one for one in message["participants"]}
            case "participant":
                people[message["participant"]["participant"]] = message["participant"]
            case "participantLeft":
                people.pop(message["participant"], None)
    return people
