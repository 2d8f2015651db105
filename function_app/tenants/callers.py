"""Who calls the API on behalf of a tenant, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class CallerRole(StrEnum):
    """What a credential of a tenant lets its holder do."""

    ADMIN = "admin"
    """Everything, also the tenant's settings, API keys and webhooks."""
    MEETINGS = "meetings"
    """Everything about meetings and their sessions."""


class ActorKind(StrEnum):
    API_KEY = "apiKey"
    APPLICATION = "application"
    """A program with an Entra ID access token."""
    PARTICIPANT = "participant"
    PLATFORM = "platform"
    """Parley itself, or who operates it."""


class Actor(BaseModel):
    """Who did something, by an id that says nothing about a person."""

    model_config = ConfigDict(frozen=True)

    kind: ActorKind
    id: str


@dataclass(frozen=True)
class Caller:
    """Whoever holds a credential of a tenant."""

    tenant: str
    actor: Actor
    role: CallerRole
