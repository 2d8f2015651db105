"""The REST surface that the service SDKs use to send, to look and to manage.

Source: https://learn.microsoft.com/rest/api/webpubsub/dataplane/web-pub-sub (2024-12-01)
"""

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import WSCloseCode, web

from local_azure.webpubsub import request_parts
from local_azure.webpubsub.connection import Connection
from local_azure.webpubsub.errors import Closure, RequestError
from local_azure.webpubsub.hub import Hub, Hubs, deliver
from local_azure.webpubsub.messages import Message
from local_azure.webpubsub.tokens import AccessKey

_MAX_PAGE = 200
_MAX_INT32 = 2**31 - 1
_MAX_TOKEN_MINUTES = 60 * 24 * 365

_Operation = Callable[[web.Request, Hub], Awaitable[web.Response]]


class RestApi:
    """The operations under `/api/hubs/{hub}`. Every request needs a token made for its URL."""

    def __init__(self, key: AccessKey, hubs: Hubs, public_origin: str) -> None:
        self._key = key
        self._hubs = hubs
        self._public_origin = public_origin

    def routes(self) -> list[web.RouteDef]:
        """The whole surface."""
        operations: list[tuple[str, str, _Operation]] = [
            ("POST", ":generateToken", self._generate_token),
            ("POST", ":send", _send_to_all),
            ("POST", ":closeConnections", _close_all),
            ("POST", ":addToGroups", _refuse_filtered),
            ("POST", ":removeFromGroups", _refuse_filtered),
            ("POST", "connections/{connection}/:send", _send_to_connection),
            ("HEAD", "connections/{connection}", _connection_exists),
            ("DELETE", "connections/{connection}", _close_connection),
            ("DELETE", "connections/{connection}/groups", _leave_all_groups),
            ("POST", "groups/{group}/:send", _send_to_group),
            ("POST", "groups/{group}/:closeConnections", _close_group),
            ("HEAD", "groups/{group}", _group_exists),
            ("GET", "groups/{group}/connections", _list_connections),
            ("PUT", "groups/{group}/connections/{connection}", _add_connection_to_group),
            ("DELETE", "groups/{group}/connections/{connection}", _remove_connection_from_group),
            ("PUT", "permissions/{permission}/connections/{connection}", _grant_permission),
            ("DELETE", "permissions/{permission}/connections/{connection}", _revoke_permission),
            ("HEAD", "permissions/{permission}/connections/{connection}", _has_permission),
            ("POST", "users/{user}/:send", _send_to_user),
            ("POST", "users/{user}/:closeConnections", _close_user),
            ("HEAD", "users/{user}", _user_exists),
            ("DELETE", "users/{user}/groups", _remove_user_from_all_groups),
            ("PUT", "users/{user}/groups/{group}", _add_user_to_group),
            ("DELETE", "users/{user}/groups/{group}", _remove_user_from_group),
        ]
        return [
            web.route(method, f"/api/hubs/{{hub}}/{path}", self._guarded(operation))
            for method, path, operation in operations
        ]

    def _guarded(self, operation: _Operation) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            origins = request_parts.origins(request, self._public_origin)
            self._key.authorise_request(request_parts.bearer_token(request), request.rel_url.raw_path, origins)
            request_parts.check_api_version(request)
            request_parts.check_hub_name(request.match_info["hub"])
            return await operation(request, self._hubs.get(request.match_info["hub"]))

        return handle

    async def _generate_token(self, request: web.Request, hub: Hub) -> web.Response:
        if request.query.get("clientType", "Default").lower() != "default":
            raise RequestError(400, "UnsupportedClientType", "The emulator serves WebSocket clients only.")
        limits = {"default": 60, "minimum": 1, "maximum": _MAX_TOKEN_MINUTES}
        token = self._key.issue_client_token(
            f"{request.scheme}://{request.host}/client/hubs/{hub.name}",
            user_id=request.query.get("userId"),
            roles=request.query.getall("role", []),
            groups=request.query.getall("group", []),
            minutes=request_parts.integer(request, "minutesToExpire", **limits),
        )
        return web.json_response({"token": token})


async def _send_to_all(request: web.Request, hub: Hub) -> web.Response:
    return await _send(request, hub.everyone)


async def _send_to_connection(request: web.Request, hub: Hub) -> web.Response:
    return await _send(request, lambda: _named_connection(request, hub))


async def _send_to_user(request: web.Request, hub: Hub) -> web.Response:
    return await _send(request, lambda: hub.of_user(request.match_info["user"]))


async def _send_to_group(request: web.Request, hub: Hub) -> web.Response:
    group = request_parts.group_name(request)
    return await _send(request, lambda: hub.in_group(group), group)


async def _send(
    request: web.Request, targets: Callable[[], Iterable[Connection]], group: str | None = None
) -> web.Response:
    """Looks up the targets only once the body is here, since they may change while it arrives."""
    message = Message(await request_parts.payload(request), group=group)
    deliver(message, targets(), request.query.getall("excluded", []))
    return web.Response(status=202)


async def _close_all(request: web.Request, hub: Hub) -> web.Response:
    return _close(request, hub.everyone())


async def _close_connection(request: web.Request, hub: Hub) -> web.Response:
    return _close(request, _named_connection(request, hub))


async def _close_user(request: web.Request, hub: Hub) -> web.Response:
    return _close(request, hub.of_user(request.match_info["user"]))


async def _close_group(request: web.Request, hub: Hub) -> web.Response:
    return _close(request, hub.in_group(request_parts.group_name(request)))


def _close(request: web.Request, targets: Iterable[Connection]) -> web.Response:
    request_parts.refuse_filter(request)
    closure = Closure(WSCloseCode.POLICY_VIOLATION, request.query.get("reason", ""))
    excluded = request.query.getall("excluded", [])
    for connection in targets:
        if connection.id not in excluded:
            connection.end(closure)
    return web.Response(status=204)


async def _connection_exists(request: web.Request, hub: Hub) -> web.Response:
    return _found(bool(_named_connection(request, hub)))


async def _user_exists(request: web.Request, hub: Hub) -> web.Response:
    return _found(bool(hub.of_user(request.match_info["user"])))


async def _group_exists(request: web.Request, hub: Hub) -> web.Response:
    return _found(bool(hub.in_group(request_parts.group_name(request))))


async def _list_connections(request: web.Request, hub: Hub) -> web.Response:
    """A page of a group's members by id; the continuation token is the last id of the page before."""
    page_size = request_parts.integer(request, "maxpagesize", default=_MAX_PAGE, minimum=1, maximum=_MAX_PAGE)
    top = request_parts.integer(request, "top", default=_MAX_INT32, minimum=1, maximum=_MAX_INT32)
    after = request.query.get("continuationToken", "")
    members = sorted(hub.in_group(request_parts.group_name(request)), key=lambda member: member.id)
    rest = [member for member in members if member.id > after][:top]
    page = rest[:page_size]
    body: dict[str, object] = {"value": [_described(member) for member in page]}
    if len(rest) > len(page):
        body["nextLink"] = str(request.url.update_query(continuationToken=page[-1].id, top=top - len(page)))
    return web.json_response(body)


async def _add_connection_to_group(request: web.Request, hub: Hub) -> web.Response:
    _join(hub, _existing_connection(request, hub), request_parts.group_name(request))
    return web.Response()


async def _remove_connection_from_group(request: web.Request, hub: Hub) -> web.Response:
    for connection in _named_connection(request, hub):
        hub.leave(connection, request_parts.group_name(request))
    return web.Response(status=204)


async def _leave_all_groups(request: web.Request, hub: Hub) -> web.Response:
    for connection in _named_connection(request, hub):
        hub.leave_all(connection)
    return web.Response(status=204)


async def _add_user_to_group(request: web.Request, hub: Hub) -> web.Response:
    for connection in hub.of_user(request.match_info["user"]):
        _join(hub, connection, request_parts.group_name(request))
    return web.Response()


async def _remove_user_from_group(request: web.Request, hub: Hub) -> web.Response:
    for connection in hub.of_user(request.match_info["user"]):
        hub.leave(connection, request_parts.group_name(request))
    return web.Response(status=204)


async def _remove_user_from_all_groups(request: web.Request, hub: Hub) -> web.Response:
    for connection in hub.of_user(request.match_info["user"]):
        hub.leave_all(connection)
    return web.Response(status=204)


async def _refuse_filtered(_request: web.Request, _hub: Hub) -> web.Response:
    """These operations pick their connections by a filter only."""
    raise request_parts.unsupported_filter()


async def _grant_permission(request: web.Request, hub: Hub) -> web.Response:
    _existing_connection(request, hub).roles.grant(*request_parts.permission(request))
    return web.Response()


async def _revoke_permission(request: web.Request, hub: Hub) -> web.Response:
    _existing_connection(request, hub).roles.revoke(*request_parts.permission(request))
    return web.Response(status=204)


async def _has_permission(request: web.Request, hub: Hub) -> web.Response:
    permission, group = request_parts.permission(request)
    return _found(_existing_connection(request, hub).roles.allows(permission, group))


def _named_connection(request: web.Request, hub: Hub) -> list[Connection]:
    """The connection in the path, if it exists."""
    connection = hub.find(request.match_info["connection"])
    return [] if connection is None else [connection]


def _existing_connection(request: web.Request, hub: Hub) -> Connection:
    connection = hub.find(request.match_info["connection"])
    if connection is None:
        raise RequestError(404, "ConnectionNotFound", "The connection does not exist.")
    return connection


def _join(hub: Hub, connection: Connection, group: str) -> None:
    if not hub.join(connection, group):
        raise RequestError(400, "TooManyGroups", "The connection is in too many groups.")


def _described(connection: Connection) -> dict[str, str]:
    described = {"connectionId": connection.id}
    if connection.user_id is not None:
        described["userId"] = connection.user_id
    return described


def _found(is_there: bool) -> web.Response:
    return web.Response(status=200 if is_there else 404)
