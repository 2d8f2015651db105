"""Which node takes a new session."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

from function_app.media.nodes import Node
from parley_protocol.nodes import ReleaseTrack

PLACEMENT_CEILING = 0.7
"""Above this fullness a node gets no new sessions, so that those which it has can grow."""


def choose_node(nodes: Sequence[Node], random: Random, asked: str | None = None) -> Node | None:
    """The node `asked` for, or else the less loaded of two random nodes, that can take a session; None when none can.

    Two random choices spread load almost as well as the least loaded of all, without every controller running to
    the same node between two heartbeats (Mitzenmacher, "The Power of Two Choices", 2001).
    """
    able = [node for node in nodes if _is_able(node)]
    if not able:
        return None
    for node in able:
        if node.id == asked:
            return node
    return min(random.sample(able, min(2, len(able))), key=lambda node: node.fullness)


def candidates(nodes: Sequence[Node], regions: Sequence[str], session: str, canary_percent: float) -> list[Node]:
    """The nodes of the session's release in the first of the regions that has one which can take it.

    No regions mean anywhere; in others than these nobody is a candidate.
    """
    if not regions:
        return of_track(nodes, session, canary_percent)
    for region in regions:
        here = of_track([node for node in nodes if node.region == region], session, canary_percent)
        if any(_is_able(node) for node in here):
            return here
    return []


def rooms_by_region(nodes: Sequence[Node]) -> dict[str, bool]:
    """The regions of the nodes, and whether one of each can take a session."""
    rooms: dict[str, bool] = {}
    for node in nodes:
        rooms[node.region] = rooms.get(node.region, False) or _is_able(node)
    return rooms


def _is_able(node: Node) -> bool:
    return node.listening and not node.draining and not node.retiring and node.fullness < PLACEMENT_CEILING


def of_track(nodes: Sequence[Node], session: str, canary_percent: float) -> list[Node]:
    """The nodes of the release that the session is for: the canary's for so many in a hundred, always the same ones.

    Where the canary has none that can take it, those of the stable release, and never the other way round: at 0 % a
    canary that was given up gets nothing, however full the others are.
    """
    stable = [node for node in nodes if node.track is ReleaseTrack.STABLE]
    if _share(session) >= canary_percent / 100:
        return stable
    canary = [node for node in nodes if node.track is ReleaseTrack.CANARY and _is_able(node)]
    return canary or stable


def _share(session: str) -> float:
    """A number from 0 up to 1 that is the session's own, whoever works it out."""
    return int.from_bytes(hashlib.sha256(session.encode()).digest()[:8]) / 2**64
