"""Brings the requests of WHIP and WHEP clients to nodes. Which one has a Peer, its own address says."""

from __future__ import annotations

import re
from http import HTTPStatus

from function_app.errors import NodeUnavailableError, NoNodeAvailableError
from function_app.media.controller import MediaController
from function_app.media.nodes import Node
from function_app.rate_limits.limits import OFFERS, RateLimits
from function_app.whip.directions import Directions
from function_app.whip.node_calls import NodeAnswer, NodeCalls, NodeRequest
from parley_protocol.grants import JoinClaims

_ATTEMPTS = 3
"""A session may begin on another node, or move there, between the question where it is and the offer."""


class Relay:
    def __init__(
        self, directions: Directions, controller: MediaController, calls: NodeCalls, limits: RateLimits
    ) -> None:
        self._directions = directions
        self._controller = controller
        self._calls = calls
        self._limits = limits

    async def offer(self, claims: JoinClaims, request: NodeRequest) -> NodeAnswer:
        """Brings an offer to the node that carries the meeting's session, or could begin one.

        Who comes there with the token joins by the node, and by the rules of `:join`. Raises TooManyRequestsError,
        NodeUnavailableError and what `Directions.node` raises.
        """
        await self._limits.charge(OFFERS, claims.tenant, f"{claims.meeting}/{claims.sub}")
        for _ in range(_ATTEMPTS):
            node = await self._directions.node(claims)
            answer = await self._calls.send(node, request)
            if answer.status != HTTPStatus.MISDIRECTED_REQUEST:
                return _checked(answer, node, claims)
        raise NoNodeAvailableError("The session is between two nodes; try again.")

    async def follow_up(self, node: str, request: NodeRequest) -> NodeAnswer | None:
        """Brings a request for a Peer to the node that has it; None when that node is gone, and its Peers with it.

        Raises NoNodeAvailableError and NodeUnavailableError.
        """
        found = await self._controller.find(node)
        return await self._calls.send(found, request) if found else None


def _checked(answer: NodeAnswer, node: Node, claims: JoinClaims) -> NodeAnswer:
    """The answer, if the address that it gives to a Peer is one that leads back to the node."""
    location = answer.headers.get("Location", "")
    expected = rf"/wh[ie]p/{re.escape(claims.meeting)}/nodes/{node.id}/peers/peer_[0-9A-Z]+"
    if (answer.status == HTTPStatus.CREATED or location) and not re.fullmatch(expected, location):
        raise NodeUnavailableError("The node's answer makes no sense.")
    return answer
