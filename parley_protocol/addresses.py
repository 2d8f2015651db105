"""Who is who on Web PubSub: groups, user ids and the roles that keep people to their own.

A participant's Web PubSub user id is its full address, so that the Functions app and the node learn from the service's
own signed claim (`userId`, `fromUserId`) who speaks, without a look-up and without trusting the message.
"""

from __future__ import annotations

from typing import NamedTuple

HUB = "meetings"


def session_group(session: str) -> str:
    """Everyone in the session listens; only the Functions app sends."""
    return f"s.{session}"


def participant_group(participant: str) -> str:
    """The participant's own mailbox."""
    return f"p.{participant}"


def node_group(session: str) -> str:
    """The node that carries the session listens; its participants send."""
    return f"sfu.{session}"


NODE_ROLES = ("webpubsub.sendToGroups.p.**",)


def participant_roles(session: str) -> tuple[str, ...]:
    return (f"webpubsub.sendToGroup.{node_group(session)}",)


class ParticipantAddress(NamedTuple):
    """A participant with everything it belongs to; `str()` is its Web PubSub user id."""

    tenant: str
    meeting: str
    session: str
    participant: str

    def __str__(self) -> str:
        return "/".join(self)

    @classmethod
    def parse(cls, user_id: str) -> ParticipantAddress | None:
        """The address in a user id, or None when it is not a participant's (a node's, for instance)."""
        parts = user_id.split("/")
        return cls(*parts) if len(parts) == 4 and all(parts) else None
