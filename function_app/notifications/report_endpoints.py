"""`/internal/deliveryReports`: where Event Grid brings the delivery reports of Azure Communication Services."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from function_app.api.credentials import ChargesOf, ServicesOf
from function_app.config import Settings
from function_app.connections import text_of
from function_app.errors import InvalidRequestError, UnauthorizedError
from function_app.notifications.delivery_reports import DELIVERY_REPORTS_PATH, KEY_HEADER, reports_in

_EVENT_GRID = "eventgrid.azure.net"

router = APIRouter(include_in_schema=False)


@router.options(DELIVERY_REPORTS_PATH)
async def allow_reports(origin: Annotated[str, Header(alias="WebHook-Request-Origin")] = "") -> Response:
    """The handshake of a new subscription (CloudEvents 1.0, HTTP web hook, section 4), which proves nobody's right."""
    if _EVENT_GRID not in {one.strip().lower() for one in origin.split(",")}:
        raise InvalidRequestError.parameter("WebHook-Request-Origin", "Events from there are not taken.")
    return Response(headers={"WebHook-Allowed-Origin": _EVENT_GRID, "WebHook-Allowed-Rate": "*"})


@router.post(DELIVERY_REPORTS_PATH, status_code=204)
async def take_reports(
    services: ServicesOf, charges: ChargesOf, request: Request, key: Annotated[str, Header(alias=KEY_HEADER)] = ""
) -> Response:
    """Some reports. When one cannot be written down, Event Grid is told to bring all of them again."""
    _check(services.settings, key)
    charges.trust()
    for report in reports_in(await request.body()):
        await services.reporting.take(report)
    return Response(status_code=204)


def _check(settings: Settings, shown: str) -> None:
    expected = text_of(settings.delivery_report_key)
    if expected is None:
        raise UnauthorizedError("Reports cannot be verified here: there is no key.")
    if not hmac.compare_digest(shown.encode(), expected.encode()):
        raise UnauthorizedError("The key of the reports is not valid.")
