"""What belongs to no noun: health, and the keys that verify our tokens."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from function_app.api.credentials import ServicesOf
from function_app.api.models import Response

router = APIRouter(tags=["platform"])


class Health(Response):
    status: Literal["ok"] = "ok"


class KeySet(Response):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]


class SignIn(Response):
    authority: str
    """The issuer's address, below which its discovery document is (OpenID Connect Discovery 1.0)."""
    client_id: str


class ClientSettings(Response):
    """What the web client has to know of this installation."""

    sign_in: SignIn | None = None
    """Where people sign in, by the code flow with PKCE; absent where nobody does."""


@router.get("/clientSettings", operation_id="getClientSettings", response_model_exclude_none=True)
async def get_client_settings(services: ServicesOf, response: HttpResponse) -> ClientSettings:
    """What the web client asks before it shows anything."""
    settings = services.settings
    response.headers["Cache-Control"] = "max-age=300"
    if settings.sign_in_authority is None or settings.sign_in_client_id is None:
        return ClientSettings()
    return ClientSettings(sign_in=SignIn(authority=settings.sign_in_authority, client_id=settings.sign_in_client_id))


@router.get("/healthz", operation_id="getHealth")
async def get_health() -> Health:
    """That the process answers; it says nothing about the services behind."""
    return Health()


@router.get("/.well-known/jwks.json", operation_id="getKeys")
async def get_keys(services: ServicesOf) -> KeySet:
    """The public keys that verify join tokens and media grants."""
    return KeySet.model_validate(services.signing_keys.jwks)
