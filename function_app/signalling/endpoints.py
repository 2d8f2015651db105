"""`/internal/webpubsub`: where Web PubSub sends its CloudEvents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from function_app.api.credentials import ChargesOf, ServicesOf
from function_app.errors import InvalidRequestError
from function_app.signalling.cloud_events import CloudEvent

router = APIRouter(include_in_schema=False)


@router.options("/internal/webpubsub")
async def allow_events(
    services: ServicesOf, origin: Annotated[str, Header(alias="WebHook-Request-Origin")] = ""
) -> Response:
    """The abuse-protection handshake: only our own Web PubSub instance may send events here."""
    allowed = services.event_origin.allowed(origin)
    if allowed is None:
        raise InvalidRequestError.parameter("WebHook-Request-Origin", "Events from there are not taken.")
    return Response(headers={"WebHook-Allowed-Origin": allowed})


@router.post("/internal/webpubsub", status_code=204)
async def receive_event(services: ServicesOf, charges: ChargesOf, request: Request) -> Response:
    """One event. The signature is checked before anything in it is believed."""
    event = CloudEvent.parse(request.headers)
    services.event_origin.check(event.connection, request.headers.get("ce-signature", ""))
    charges.trust()
    await services.signalling_events.handle(event, await request.body())
    return Response(status_code=204)
