"""`/webPushKey`: what a browser needs before it can be pushed to."""

from __future__ import annotations

from fastapi import APIRouter

from function_app.api.credentials import ServicesOf
from function_app.connections import text_of
from function_app.errors import WebPushNotConfiguredError
from function_app.invitees.models import WebPushKey

router = APIRouter(tags=["invitees"])


@router.get("/webPushKey", operation_id="getWebPushKey")
async def get_web_push_key(services: ServicesOf) -> WebPushKey:
    """The key by which push services know this service; 404 `WebPushNotConfigured` where nothing is pushed."""
    pem = text_of(services.settings.web_push_key)
    if pem is None:
        raise WebPushNotConfiguredError
    # Imported where it is needed, as its channel is.
    from function_app.notifications.web_push import VapidKey

    return WebPushKey(public_key=VapidKey(pem.encode()).public)
