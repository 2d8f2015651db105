"""The bases of the API's bodies, and the shape of its errors."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from function_app.timestamps import Timestamp


class Request(BaseModel):
    """A body that a caller sends: camelCase, and nothing that we do not know."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


class Response(BaseModel):
    """A body that we answer with: camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class ErrorDetailBody(Response):
    code: str = Field(examples=["InvalidParameter"])
    target: str = Field(examples=["/title"])
    message: str


class ErrorBody(Response):
    code: str = Field(examples=["InvalidRequest"])
    """Stable, and the same as in the header x-ms-error-code."""
    message: str
    target: str | None = None
    """What the error is about: a JSON pointer into the body, or the name of a parameter or header."""
    details: list[ErrorDetailBody] | None = None
    opens_on: Timestamp | None = None
    """With `MeetingNotOpen`: from when on people may come in."""
    starts_on: Timestamp | None = None
    """With `MeetingNotOpen`: when the meeting, or its next occurrence, begins."""


class ErrorResponse(Response):
    """The body of every answer of 400 and above."""

    error: ErrorBody
