"""What is asked: the same request over and over, or as many different ones as there are people to join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle

import aiohttp

from bench.api.platform import RunningPlatform
from function_app.participants.tokens import Invitation, JoinTokens
from function_app.signing.keys import SigningKeys
from function_app.signing.sources import PemFile
from function_app.stores.documents import MeetingKey
from function_app.timestamps import utc_now
from parley_protocol.grants import ROLE_GRANTS, Role

MEETINGS = 50
PEOPLE = 20_000
"""More than join in one benchmark, so that each is new to its session."""
_HOUR = timedelta(hours=1)


@dataclass
class Subject:
    """A request, and the tokens with which it is made in turn."""

    name: str
    method: str
    path: str
    tokens: list[str]
    _turns: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(self.tokens)

    def next_tokens(self, count: int) -> list[str]:
        return [next(self._turns) for _ in range(count)]


async def subjects(platform: RunningPlatform, http: aiohttp.ClientSession) -> list[Subject]:
    """The least that a request can cost, a read, and a join."""
    meetings = [f"benchmark-{number}" for number in range(MEETINGS)]
    headers = {"Authorization": f"Bearer {platform.api_key}"}
    for meeting in meetings:
        address = f"{platform.origin}/meetings/{meeting}"
        async with http.put(address, headers=headers, json={"title": meeting}) as response:
            response.raise_for_status()
    return [
        Subject("GET /healthz", "GET", "/healthz", [platform.api_key]),
        Subject("GET /meetings/{id}", "GET", f"/meetings/{meetings[0]}", [platform.api_key]),
        Subject("POST /sessions:join", "POST", "/sessions:join", _join_tokens(platform, meetings)),
    ]


def _join_tokens(platform: RunningPlatform, meetings: list[str]) -> list[str]:
    """A token for each person, signed here as the platform signs them."""
    tokens = JoinTokens(SigningKeys(PemFile(platform.home.signing_key), platform.origin), utc_now)
    keys = [MeetingKey(platform.tenant, meeting) for meeting in meetings]
    people = (
        Invitation(keys[number % MEETINGS], f"user-{number}", "Ann", Role.ATTENDEE, ROLE_GRANTS[Role.ATTENDEE])
        for number in range(PEOPLE)
    )
    return [tokens.issue(person, _HOUR, _HOUR).text for person in people]
