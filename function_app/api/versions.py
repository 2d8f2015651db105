"""API versions: `?api-version=`, never in the path; absent means the oldest stable one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from function_app.errors import UnsupportedApiVersionError

API_VERSION = "2026-11-01"


async def check_api_version(
    version: Annotated[str, Query(alias="api-version", description="The version of the API.")] = API_VERSION,
) -> None:
    if version != API_VERSION:
        message = f"The API version is not known. There is only {API_VERSION}."
        raise UnsupportedApiVersionError(message, target="api-version")
