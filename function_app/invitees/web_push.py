"""Web push: what a browser needs before it can be pushed to, and what the person in front of it chooses."""

from __future__ import annotations

from fastapi import APIRouter

from function_app.api.credentials import ServicesOf
from function_app.connections import text_of
from function_app.errors import WebPushNotConfiguredError
from function_app.invitees.models import PushQuestion, PushState, PushWish, WebPushKey
from function_app.invitees.push_choices import PushChoice
from function_app.wiring import Services

router = APIRouter(tags=["invitees"])


@router.get("/webPushKey", operation_id="getWebPushKey")
async def get_web_push_key(services: ServicesOf) -> WebPushKey:
    """The key by which push services know this service; 404 `WebPushNotConfigured` where nothing is pushed."""
    return WebPushKey(public_key=_public_key(services))


@router.post("/invitations:getPush", operation_id="getInvitationPush", response_model_exclude_none=True)
async def get_invitation_push(services: ServicesOf, request: PushQuestion) -> PushState:
    """Whether the invitee's messages are pushed to this browser; 404 `WebPushNotConfigured` where nothing is pushed."""
    key = _public_key(services)
    return _shown(await services.push_choices.of(request.invitation, request.endpoint), key)


@router.post("/invitations:setPush", operation_id="setInvitationPush", response_model_exclude_none=True)
async def set_invitation_push(services: ServicesOf, request: PushWish) -> PushState:
    """Has the invitee's messages pushed to this browser and to no other, or to none."""
    key = _public_key(services)
    return _shown(await services.push_choices.choose(request.invitation, request.push), key)


def _public_key(services: Services) -> str:
    pem = text_of(services.settings.web_push_key)
    if pem is None:
        raise WebPushNotConfiguredError
    # Imported where it is needed, as its channel is.
    from function_app.notifications.web_push import VapidKey

    return VapidKey(pem.encode()).public


def _shown(choice: PushChoice, key: str) -> PushState:
    return PushState(subscribed=choice.subscribed, reminds_on=choice.reminds_on, public_key=key)
