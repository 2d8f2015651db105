"""To whom a directory belongs: one document in a partition of the directory's own, so that it has at most one owner."""

from __future__ import annotations

from typing import Literal, Self

from function_app.stores.documents import Document

OWNER_DOCUMENT = "owner"


class DirectoryOwner(Document):
    """`tenant_id`, the partition's key, names the directory; `owner` is the tenant, if its own document says so too."""

    type: Literal["directoryOwner"] = "directoryOwner"
    owner: str

    @classmethod
    def of(cls, directory: str, tenant: str) -> Self:
        return cls(id=OWNER_DOCUMENT, tenant_id=partition_of(directory), owner=tenant)

    def owned_by(self, tenant: str) -> Self:
        return self.model_copy(update={"owner": tenant})


def partition_of(directory: str) -> str:
    return f"directory_{directory}"
