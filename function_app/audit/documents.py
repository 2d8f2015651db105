"""How an administrative act is kept: in the tenant's partition of the container `tenants`, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from function_app.stores.documents import Document
from function_app.tenants.callers import Actor
from function_app.timestamps import Timestamp
from parley_protocol.ids import new_id

KEPT_SECONDS = 400 * 24 * 3600
"""A tenant's partition does not grow for ever, whoever acts how often; a year can be compared with the last."""


class AuditEntry(Document):
    """One act. It names nobody and nothing but by ids."""

    type: Literal["auditEntry"] = "auditEntry"
    occurred_on: Timestamp
    actor: Actor
    action: str
    """The operation, by its name in the OpenAPI document."""
    target: dict[str, str] = Field(default_factory=dict)
    """The ids of what it was done to, by their kind."""
    ttl: int = KEPT_SECONDS

    @classmethod
    def new(cls, tenant: str, actor: Actor, action: str, target: Mapping[str, str], now: datetime) -> Self:
        return cls(id=new_id("aud"), tenant_id=tenant, occurred_on=now, actor=actor, action=action, target=dict(target))
