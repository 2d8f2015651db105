"""How a tenant is kept."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from function_app.stores.documents import Document
from function_app.timestamps import Timestamp

MAXIMUM_LIVE_KEYS = 2


class StoredKey(BaseModel):
    """One live API key, as its digest."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    digest: str
    created_on: Timestamp


class Tenant(Document):
    """An organisation. Two live keys let it change one without an outage."""

    type: Literal["tenant"] = "tenant"
    name: str
    created_on: Timestamp
    keys: tuple[StoredKey, ...] = Field(default=(), max_length=MAXIMUM_LIVE_KEYS)
