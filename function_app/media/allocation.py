"""Which node takes a new session."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from function_app.media.nodes import Node

PLACEMENT_CEILING = 0.7
"""Above this fullness a node gets no new sessions, so that those which it has can grow."""


def choose_node(nodes: Sequence[Node], random: Random, asked: str | None = None) -> Node | None:
    """The node `asked` for, or else the less loaded of two random nodes, that can take a session; None when none can.

    Two random choices spread load almost as well as the least loaded of all, without every controller running to
    the same node between two heartbeats (Mitzenmacher, "The Power of Two Choices", 2001).
    """
    able = [node for node in nodes if node.listening and not node.draining and node.fullness < PLACEMENT_CEILING]
    if not able:
        return None
    for node in able:
        if node.id == asked:
            return node
    return min(random.sample(able, min(2, len(able))), key=lambda node: node.fullness)
