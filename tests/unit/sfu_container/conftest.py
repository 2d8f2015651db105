"""A session with Ann and Ben in it."""

from __future__ import annotations

import pytest

from parley_protocol.grants import MediaGrant
from tests.unit.sfu_container.fakes import CAMERA, MICROPHONE, World, make_grant


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ann(world: World) -> MediaGrant:
    """Ann is there, with camera and microphone, and connected."""
    return world.enter(make_grant(), CAMERA, MICROPHONE)


@pytest.fixture
def ben(world: World, ann: MediaGrant) -> MediaGrant:
    """Ben came after her."""
    return world.enter(make_grant(session=ann.session, name="Ben"), MICROPHONE)
