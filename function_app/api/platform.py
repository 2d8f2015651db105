"""What belongs to no noun: health, and the keys that verify our tokens."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from function_app.api.credentials import ServicesOf
from function_app.api.models import Response

router = APIRouter(tags=["platform"])


class Health(Response):
    status: Literal["ok"] = "ok"


class KeySet(Response):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]


@router.get("/healthz", operation_id="getHealth")
async def get_health() -> Health:
    """That the process answers; it says nothing about the services behind."""
    return Health()


@router.get("/.well-known/jwks.json", operation_id="getKeys")
async def get_keys(services: ServicesOf) -> KeySet:
    """The public keys that verify join tokens and media grants."""
    return KeySet.model_validate(services.signing_keys.jwks)
