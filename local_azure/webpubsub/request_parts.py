"""Reads and checks the parts of HTTP requests, raising RequestError on what is not acceptable."""

import re
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from local_azure.webpubsub.errors import FrameError, RequestError
from local_azure.webpubsub.frames import check_group_name
from local_azure.webpubsub.messages import Payload
from local_azure.webpubsub.roles import Permission

API_VERSIONS = ("2021-10-01", "2022-11-01", "2023-07-01", "2024-01-01", "2024-12-01")
_HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_`,.\[\]]{0,127}")
_BEARER = "Bearer "
_MAX_TTL_SECONDS = 300


def bearer_token(request: web.Request) -> str:
    """The token of the Authorization header, or an empty string."""
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    return header.removeprefix(_BEARER) if header.startswith(_BEARER) else ""


def origins(request: web.Request, public_origin: str) -> tuple[str, str]:
    """The origins under which the emulator is known to this caller; tokens name one of them."""
    url = urlsplit(public_origin)
    return (f"{url.scheme}://{url.netloc}", f"{request.scheme}://{request.host}")


def check_hub_name(name: str) -> None:
    """A letter first, then letters, digits and a few signs."""
    if not _HUB_NAME.fullmatch(name):
        raise RequestError(400, "InvalidHubName", "A hub name starts with a letter and has at most 128 characters.")


def check_api_version(request: web.Request) -> None:
    """Absent means the newest; all known ones have the same surface here."""
    version = request.query.get("api-version", API_VERSIONS[-1])
    if version not in API_VERSIONS:
        raise RequestError(400, "UnsupportedApiVersion", f"api-version must be one of {', '.join(API_VERSIONS)}.")


def group_name(request: web.Request) -> str:
    """The group in the path."""
    group = request.match_info["group"]
    try:
        check_group_name(group)
    except FrameError as error:
        raise RequestError(400, "InvalidGroupName", str(error)) from error
    return group


def permission(request: web.Request) -> tuple[Permission, str | None]:
    """The permission in the path, and the group that it is for or None for all."""
    try:
        return Permission(request.match_info["permission"]), request.query.get("targetName")
    except ValueError as error:
        known = ", ".join(Permission)
        raise RequestError(400, "InvalidPermission", f"The permission must be one of {known}.") from error


def integer(request: web.Request, name: str, *, default: int, minimum: int, maximum: int) -> int:
    """A query parameter within its bounds."""
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(maximum)) and minimum <= int(text) <= maximum):
        raise RequestError(400, "InvalidParameter", f"{name} must be an integer from {minimum} to {maximum}.")
    return int(text)


def refuse_filter(request: web.Request) -> None:
    """OData filters are not emulated, and sending to everyone instead would be wrong."""
    if "filter" in request.query:
        raise unsupported_filter()


def unsupported_filter() -> RequestError:
    """What a request with a filter is answered."""
    return RequestError(400, "UnsupportedFilter", "The emulator does not support filters.")


async def payload(request: web.Request) -> Payload:
    """The message in the body. Its time to live is checked but messages live as long as their session."""
    refuse_filter(request)
    integer(request, "messageTtlSeconds", default=0, minimum=0, maximum=_MAX_TTL_SECONDS)
    body = await request.read()
    try:
        return Payload.from_body(request.content_type, body)
    except KeyError as error:
        raise RequestError(415, "UnsupportedMediaType", f"{request.content_type} cannot be sent.") from error
    except ValueError as error:
        raise RequestError(400, "InvalidBody", f"The body is not valid {request.content_type}: {error}") from error
