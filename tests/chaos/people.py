"""People who are none: they meet on a deployment while something breaks there, and come back when they are thrown out.

    PARLEY_URL=https://… PARLEY_API_KEY=… python -m tests.chaos.people --meetings 2 --people 3 --minutes 12

Each sends a picture and a tone, and looks at somebody else. Fails when somebody was in no meeting at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.bot import Bot, SignallingRefusedError

_THROWN_OUT = {"move", "ended"}
_LOST = {"failed", "closed"}
_LOOK_SECONDS = 1.0
_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
"""As long as a picture may stand still before somebody joins again."""
_FAULTS = (aiohttp.ClientError, SignallingRefusedError, ConnectionError, TimeoutError)


@dataclass
class SyntheticPerson:
    """Somebody who is in a meeting for as long as `stay` runs, and joins again whenever they are not."""

    origin: str
    api_key: str
    http: aiohttp.ClientSession
    meeting: str
    name: str
    bot: Bot | None = None
    """The connection now, None while there is none."""
    joins: int = 0
    faults: list[str] = field(default_factory=list)
    """Why it was not let in, or thrown out, oldest first."""

    @property
    def sees_somebody(self) -> bool:
        return self.bot is not None and any(self.bot.frames.values())

    async def stay(self) -> None:
        while True:
            try:
                async with Bot(self.origin, self.name, self.http) as bot:
                    await bot.enter(await self._token())
                    slots = (await bot.negotiate())["slots"]
                    self.bot, self.joins = bot, self.joins + 1
                    await self._look_around(bot, [slot["mid"] for slot in slots if slot["kind"] == "video"])
            except _FAULTS as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}")
            finally:
                self.bot = None
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _token(self) -> str:
        invitation = {"participant": self.name.lower(), "name": self.name, "role": "attendee"}
        headers = {"Authorization": f"Bearer {self.api_key}"}
        url = f"{self.origin}/meetings/{self.meeting}:issueToken"
        async with self.http.post(url, json=invitation, headers=headers) as answer:
            answer.raise_for_status()
            return str((await answer.json())["token"])

    async def _look_around(self, bot: Bot, mids: Sequence[str]) -> None:
        """Shows whoever else sends a picture. Returns, with a fault, when this connection is of no more use."""
        shown: list[str] = []
        frames, moved = 0, time.monotonic()
        while (fault := _fault(bot)) is None:
            others = _cameras(bot)
            if others != shown and bot.control.readyState == "open":
                for mid, publication in zip(mids, others, strict=False):
                    bot.show(mid, publication)
                shown = others
            if frames != (now := sum(bot.frames.values())) or not others:
                frames, moved = now, time.monotonic()
            elif time.monotonic() > moved + _PATIENCE_SECONDS:
                fault = "the pictures stood still"
                break
            await asyncio.sleep(_LOOK_SECONDS)
        self.faults.append(fault)


def _fault(bot: Bot) -> str | None:
    """Why the connection is of no more use, as far as anybody has said so."""
    if bot.pc.connectionState in _LOST:
        return "the connection was lost"
    return next((f"told: {message['type']}" for message in bot.received if message.get("type") in _THROWN_OUT), None)


def _cameras(bot: Bot) -> list[str]:
    """Publications of the others' cameras."""
    return [
        publication["publication"]
        for participant, person in sorted(bot.roster().items())
        for publication in person["publications"]
        if participant != bot.participant and publication["source"] == "camera"
    ]


async def make_meeting(origin: str, api_key: str, http: aiohttp.ClientSession, meeting: str) -> None:
    """Raises aiohttp.ClientError."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with http.put(f"{origin}/meetings/{meeting}", json={"title": "Synthetic"}, headers=headers) as answer:
        answer.raise_for_status()


async def meet(origin: str, api_key: str, arguments: Any) -> list[SyntheticPerson]:
    """Those who were in no meeting when the time was over."""
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as staying:
        meetings = [f"synthetic-{number}" for number in range(arguments.meetings)]
        for meeting in meetings:
            await make_meeting(origin, api_key, http, meeting)
        people = [
            SyntheticPerson(origin, api_key, http, meeting, f"Person {number}")
            for meeting in meetings
            for number in range(arguments.people)
        ]
        tasks = [staying.create_task(person.stay()) for person in people]
        until = time.monotonic() + 60 * arguments.minutes
        while time.monotonic() < until:
            await asyncio.sleep(min(60, max(0, until - time.monotonic())))
            inside = sum(person.bot is not None for person in people)
            print(f"{inside} of {len(people)} are in, after {sum(person.joins for person in people)} joins", flush=True)
        outside = [person for person in people if person.bot is None]
        for task in tasks:
            task.cancel()
    return outside


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meetings", type=int, default=2)
    parser.add_argument("--people", type=int, default=3, help="in each meeting")
    parser.add_argument("--minutes", type=float, default=12)
    arguments = parser.parse_args()
    outside: list[SyntheticPerson] = []
    with suppress(KeyboardInterrupt):
        outside = asyncio.run(meet(os.environ["PARLEY_URL"].rstrip("/"), os.environ["PARLEY_API_KEY"], arguments))
    for person in outside:
        print(f"{person.name} in {person.meeting} is not in: {person.faults[-1] if person.faults else 'never was'}")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
