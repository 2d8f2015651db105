"""What every document in Cosmos DB has in common."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class MeetingKey(NamedTuple):
    """The partition of a meeting and all that belongs to it; the tenant comes first, so no access is without one."""

    tenant: str
    meeting: str


class Document(BaseModel):
    """A document of the container `tenants`, or the base of one of the container `meetings`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    id: str
    tenant_id: str
    etag: str | None = Field(default=None, alias="_etag", exclude=True)
    """The version that Cosmos DB gave it; absent before the first write."""

    def body(self) -> dict[str, Any]:
        """The JSON to write."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        return cls.model_validate(body)


class MeetingScoped(Document):
    """A document of the container `meetings`."""

    meeting_id: str

    @property
    def key(self) -> MeetingKey:
        return MeetingKey(self.tenant_id, self.meeting_id)
