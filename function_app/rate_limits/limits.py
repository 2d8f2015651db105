"""Every limit of the control plane, in one place, and who is charged for what."""

from __future__ import annotations

from typing import Final

from function_app.errors import TooManyRequestsError
from function_app.rate_limits.buckets import Buckets, Charge, Level, Rate, Taken

TENANT: Final = Rate("tenant", per_second=200, burst=2000)
"""All that a tenant's backends ask."""
CREDENTIAL: Final = Rate("credential", per_second=100, burst=1000)
"""One credential of a tenant: one backend gone wild leaves room for the others."""
PEOPLE: Final = Rate("people", per_second=500, burst=5000)
"""All that the people in a tenant's meetings ask; apart from its backends, whom a full hour must not stop."""
PERSON: Final = Rate("person", per_second=10, burst=60)
"""One person in one meeting."""
NODE: Final = Rate("node", per_second=100, burst=1000)
"""One media node: a heartbeat every two seconds, and what happens to its Peers."""
ADDRESS: Final = Rate("address", per_second=10, burst=100)
"""One address (of IPv6, one /64) whose caller showed no credential that holds."""

JOINS: Final = Rate("joins", per_second=1, burst=10)
"""Of one user into one meeting: a page that reloads and reconnects needs a few, and every join costs a write."""
OFFERS: Final = Rate("offers", per_second=1, burst=10)
"""Of WHIP and WHEP clients of one user in one meeting, which are brought to a node."""
MESSAGES: Final = Rate("messages", per_second=2, burst=10)
"""Chat messages of one participant."""
REFUSALS: Final = Rate("refusals", per_second=2, burst=20)
"""Answers to one participant's messages that were not done: each costs a request."""
MEETINGS: Final = Rate("meetings", per_second=10, burst=1000)
"""Meetings that one tenant makes: each stays, and is counted."""
INVITATIONS: Final = Rate("invitations", per_second=2, burst=1000)
"""Invitees that one tenant writes: each may have somebody sent a message."""
REDELIVERIES: Final = Rate("redeliveries", per_second=1, burst=20)
"""Of one tenant: each makes us call its receiver."""


class ActionLimitedError(TooManyRequestsError):
    """Too many of one action. `levels` are the buckets of that action, which the answer tells of."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(retry_after=taken.retry_after)
        self.levels: tuple[Level, ...] = taken.levels


class RateLimits:
    """`factor` makes every limit wider or tighter."""

    def __init__(self, buckets: Buckets, factor: float = 1) -> None:
        self._buckets = buckets
        self._factor = factor

    async def take(self, owner: str, *charges: Charge) -> Taken:
        """Takes one token for each charge, or none when one is short."""
        scaled = [Charge(charge.rate.times(self._factor), charge.payer) for charge in charges]
        return await self._buckets.take(owner, scaled)

    async def charge(self, rate: Rate, owner: str, payer: str = "") -> None:
        """Takes one token for an action. Raises ActionLimitedError, which is a TooManyRequestsError, without one."""
        taken = await self.take(owner, Charge(rate, payer))
        if not taken.allowed:
            raise ActionLimitedError(taken)

    async def allows(self, rate: Rate, owner: str, payer: str = "") -> bool:
        """Takes one token; whether there was one. `owner` is the tenant, `payer` which of its people or things."""
        return (await self.take(owner, Charge(rate, payer))).allowed
