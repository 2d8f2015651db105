"""The port to those who carry media.

    MediaProvider.place(session, room) ──▶ Place ──prepare()──▶ the session can be joined there
                                             └──admit(one)────▶ Admission: what that participant's client needs

A Place is found, or made, before a join is written down; `prepare` runs beside that write and `admit` after it. A room
that was made for a session which somebody else began first is given back with `discard`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from pydantic import Field

from function_app.api.models import Response
from function_app.media.controller import FindRegions, anywhere
from function_app.media.providers.names import MediaProviderName
from function_app.media.turn import IceServer
from function_app.participants.documents import Participant
from function_app.timestamps import Timestamp
from parley_protocol.ids import NodeId


class SessionNode(Response):
    id: NodeId
    region: str


class SfuAdmission(Response):
    """The way into a session on one of our nodes."""

    provider: Literal[MediaProviderName.SFU] = MediaProviderName.SFU
    node: SessionNode
    ice_servers: list[IceServer] = Field(description="For RTCConfiguration.iceServers.")
    media_grant: str
    """For the `join` message to the node; good for two minutes."""


class AcsEntry(Response):
    """What the calling SDK of Azure Communication Services needs."""

    room_id: str
    user_id: str
    """The participant's communication user id."""
    user_token: str
    """For AzureCommunicationTokenCredential; its scope is `voip.join`."""
    user_token_expires_on: Timestamp


class AcsAdmission(Response):
    """The way into a room of Azure Communication Services."""

    provider: Literal[MediaProviderName.ACS] = MediaProviderName.ACS
    acs: AcsEntry


class LiveKitEntry(Response):
    """What a LiveKit client's `connect` needs."""

    url: str
    room: str
    access_token: str
    access_token_expires_on: Timestamp


class LiveKitAdmission(Response):
    """The way into a room of LiveKit."""

    provider: Literal[MediaProviderName.LIVEKIT] = MediaProviderName.LIVEKIT
    livekit: LiveKitEntry


Admission = SfuAdmission | AcsAdmission | LiveKitAdmission


FindParticipant = Callable[[], Awaitable[Participant | None]]
"""Reads what is known of somebody from former joins to the session."""


class Place(Protocol):
    """Where one session is carried."""

    @property
    def node(self) -> str:
        """What its participants are written down with: a node's id, or the name of a provider without nodes."""

    @property
    def room(self) -> str | None:
        """The provider's own name of the session, which is kept with it; None when it needs none."""

    @property
    def is_full(self) -> bool:
        """Whether only somebody who is there already may come in."""

    async def prepare(self) -> None:
        """Sees to it that the session can be joined there. Raises UnavailableError."""

    async def user_for(self, find: FindParticipant) -> str | None:
        """The provider's own name of a participant: the one that is kept with it, else a new one; None for no need.

        Raises UnavailableError.
        """

    async def admit(self, participant: Participant) -> Admission:
        """Lets the participant in, with no more than its grants. Raises UnavailableError."""

    async def discard(self) -> None:
        """Gives back what was made for a session that did not begin. Never raises."""


class MediaProvider(Protocol):
    """One who carries media."""

    async def place(
        self,
        session: str,
        room: str | None,
        at_node: str | None = None,
        find_regions: FindRegions = anywhere,
    ) -> Place:
        """Where the session is carried: in its `room`, or wherever it can begin; `at_node` if that can.

        Only our own SFU has regions that can be chosen; they are asked for when the session has no node.
        Raises UnavailableError.
        """

    async def close_room(self, session: str, room: str | None) -> None:
        """The session has ended: nobody can be in it any more. What is closed already stays so.

        Raises UnavailableError.
        """

    async def expel(self, participant: Participant, room: str | None) -> None:
        """The participant was taken out of its session, which is in `room`: it is heard and seen there no more.

        Safe to repeat. Raises UnavailableError.
        """
