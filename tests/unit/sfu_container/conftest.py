"""A session with Ann and Ben in it."""

from __future__ import annotations

import pytest

from parley_protocol.grants import MediaGrant
from tests.unit.sfu_container.fakes import CAMERA, MICROPHONE, World, join_message, make_grant


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ann(world: World) -> MediaGrant:
    """Ann is there, with camera and microphone, and connected."""
    grant = make_grant()
    world.node.join(grant, join_message(publications=[CAMERA, MICROPHONE]))
    world.connect(grant)
    return grant


@pytest.fixture
def ben(world: World, ann: MediaGrant) -> MediaGrant:
    """Ben came after her."""
    grant = make_grant(session=ann.session, name="Ben")
    world.node.join(grant, join_message(publications=[MICROPHONE]))
    world.connect(grant)
    return grant
