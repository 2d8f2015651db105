"""What all models have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """camelCase in JSON, snake_case in Python.

    Only what was set is sent, so that in a patch None takes a value away and what is absent stays as it is.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")

    def json_body(self) -> bytes:
        return self.model_dump_json(by_alias=True, exclude_unset=True).encode()


def _known_or_later(value: Any, known: ValidatorFunctionWrapHandler) -> Any:
    return value if isinstance(value, str) else known(value)


Known = WrapValidator(_known_or_later)
"""Marks a set of strings to which later versions of the API may add: an answer with a new one is no error."""
