"""What a tenant's backend does before people meet: a meeting of its own, and join links into it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from tests.support.platform import Platform


@dataclass
class TenantMeeting:
    """A meeting of the tenant that `make run` makes."""

    platform: Platform
    http: aiohttp.ClientSession
    id: str

    @classmethod
    async def create(
        cls, platform: Platform, http: aiohttp.ClientSession, meeting: str, title: str, **settings: Any
    ) -> TenantMeeting:
        created = cls(platform, http, meeting)
        await created._request("PUT", "", {"title": title, "settings": settings})
        return created

    async def invite(self, participant: str, name: str, role: str = "attendee") -> str:
        """A new join link for the tenant's user `participant`."""
        invitation = {"participant": participant, "name": name, "role": role}
        return str((await self._request("POST", ":issueToken", invitation))["joinUrl"])

    async def add_invitee(self, invitee: str, **content: Any) -> str:
        """The link of somebody who is invited from now on, and told so."""
        return str((await self._request("PUT", f"/invitees/{invitee}", content))["inviteUrl"])

    async def change(self, **content: Any) -> None:
        """Changes what is named (JSON merge patch)."""
        await self._request("PATCH", "", content)

    async def open(self) -> None:
        """Opens it, whatever its schedule says."""
        await self._request("POST", ":start", {})

    async def delete(self) -> None:
        await self._request("DELETE", "", {})

    async def restore(self) -> None:
        await self._request("POST", ":restore", {})

    async def _request(self, method: str, action: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.platform.state()['apiKey']}"}
        url = f"{self.platform.origin}/meetings/{self.id}{action}"
        async with self.http.request(method, url, json=body, headers=headers) as response:
            response.raise_for_status()
            return dict(await response.json()) if response.status != HTTPStatus.NO_CONTENT else {}
