"""A running node, and people to meet on it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from parley_protocol.grants import Grants
from tests.integration.sfu_container.harness import Site, running_site
from tests.integration.sfu_container.participant import Participant

Enter = Callable[..., Awaitable[Participant]]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with running_site() as site:
        yield site


@pytest.fixture
async def enter(site: Site) -> AsyncIterator[Enter]:
    """Lets somebody open the signalling socket; they are shown out when the test ends."""
    present: list[Participant] = []

    async def enter(name: str, participant: str = "", grants: Grants | None = None) -> Participant:
        someone = Participant(site, name, participant, grants)
        present.append(someone)
        await someone.connect()
        return someone

    yield enter
    for someone in present:
        await someone.close()
