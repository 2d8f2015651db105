"""Conditional requests (RFC 9110, section 13): the headers If-Match and If-None-Match against a resource's version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from function_app.errors import InvalidRequestError, PreconditionFailedError

_ETAG = r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"'
_LIST = re.compile(rf"\s*{_ETAG}(\s*,\s*{_ETAG})*\s*")
_MAXIMUM_LENGTH = 1000


@dataclass(frozen=True)
class EntityTags:
    """The tags that a header names: `strong` for the strong comparison, `known` for the weak. `anything` is `*`."""

    anything: bool
    strong: frozenset[str]
    known: frozenset[str]

    @classmethod
    def parse(cls, name: str, value: str) -> EntityTags:
        """Raises InvalidRequestError when the header is not a list of entity tags."""
        if value.strip() == "*":
            return cls(True, frozenset(), frozenset())
        if len(value) > _MAXIMUM_LENGTH or not _LIST.fullmatch(value):
            raise InvalidRequestError.parameter(name, "The header must be * or a list of entity tags in quotes.")
        tags = re.findall(_ETAG, value)
        return cls(False, frozenset(tag for weak, tag in tags if not weak), frozenset(tag for _, tag in tags))


@dataclass(frozen=True)
class RequestConditions:
    """What the request asks of the resource before it does anything."""

    if_match: EntityTags | None = None
    if_none_match: EntityTags | None = None

    def check(self, version: str | None) -> None:
        """For a write. `version` is None when there is no resource. Raises PreconditionFailedError."""
        if self.if_match and not self._matches(self.if_match, version):
            raise PreconditionFailedError(target="If-Match")
        if self.if_none_match and self._is_known(version):
            raise PreconditionFailedError(target="If-None-Match")

    def not_modified(self, version: str) -> bool:
        """For a read: whether the caller has this version already."""
        return self._is_known(version)

    @staticmethod
    def _matches(tags: EntityTags, version: str | None) -> bool:
        return version is not None and (tags.anything or version in tags.strong)

    def _is_known(self, version: str | None) -> bool:
        tags = self.if_none_match
        return tags is not None and version is not None and (tags.anything or version in tags.known)


async def request_conditions(
    if_match: Annotated[str | None, Header(description="Go on only if the resource has this ETag.")] = None,
    if_none_match: Annotated[
        str | None, Header(description="On GET: 304 if the resource has this ETag. On PUT: `*` creates only.")
    ] = None,
) -> RequestConditions:
    return RequestConditions(
        EntityTags.parse("If-Match", if_match) if if_match is not None else None,
        EntityTags.parse("If-None-Match", if_none_match) if if_none_match is not None else None,
    )


ConditionsOf = Annotated[RequestConditions, Depends(request_conditions)]
