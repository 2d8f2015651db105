"""Our own SFU as a media provider: the media controller's choice of a node, and the grant for it."""

from __future__ import annotations

from dataclasses import dataclass

from function_app.media.assignments import Assignment
from function_app.media.controller import FindRegions, MediaController, anywhere
from function_app.media.grants import MediaGrants
from function_app.media.nodes import Node
from function_app.media.providers.port import FindParticipant, SessionNode, SfuAdmission
from function_app.media.turn import TurnServers
from function_app.participants.documents import Participant


class SfuProvider:
    def __init__(self, controller: MediaController, grants: MediaGrants, turn: TurnServers) -> None:
        self._controller = controller
        self._grants = grants
        self._turn = turn

    async def place(
        self,
        session: str,
        room: str | None,
        at_node: str | None = None,
        find_regions: FindRegions = anywhere,
    ) -> SfuPlace:
        node, assignment = await self._controller.place(session, at_node, find_regions)
        return SfuPlace(node, assignment, self._controller, self._grants, self._turn)

    async def close_room(self, session: str, room: str | None) -> None:
        await self._controller.forget(session)

    async def expel(self, participant: Participant, room: str | None) -> None:
        """Nothing: the node is told by the session's group, like all that it does."""


@dataclass(frozen=True)
class SfuPlace:
    """A node that carries a session."""

    carrier: Node
    assignment: Assignment
    controller: MediaController
    grants: MediaGrants
    turn: TurnServers
    room: None = None

    @property
    def node(self) -> str:
        return self.carrier.id

    @property
    def is_full(self) -> bool:
        return self.carrier.is_full

    async def prepare(self) -> None:
        await self.controller.announce(self.carrier, self.assignment)

    async def user_for(self, find: FindParticipant) -> None:
        return None

    async def admit(self, participant: Participant) -> SfuAdmission:
        return SfuAdmission(
            node=SessionNode(id=self.carrier.id, region=self.carrier.region),
            ice_servers=self.turn.for_participant(participant.id),
            media_grant=self.grants.issue(participant),
        )

    async def discard(self) -> None:
        """Nothing: the assignment serves the next attempt, and the sweep takes away what never began."""
