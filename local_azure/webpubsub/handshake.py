"""How a client gets a session: by a token, by the upstream's word, or by recovering the one it had."""

from collections.abc import Iterable

from aiohttp import hdrs, web

from local_azure.webpubsub.cloud_events import ConnectAnswer, is_header_safe
from local_azure.webpubsub.connection import Connection, Subprotocol
from local_azure.webpubsub.errors import RequestError, UpstreamFailedError, UpstreamRefusedError
from local_azure.webpubsub.hub import Hubs
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.request_parts import bearer_token, check_hub_name, origins
from local_azure.webpubsub.tokens import AccessKey, ClientIdentity
from local_azure.webpubsub.upstream import Upstream

_TOKEN = "access_token"  # noqa: S105 - the name of a query parameter
_CONNECTION_ID = "awps_connection_id"
_RECONNECTION_TOKEN = "awps_reconnection_token"  # noqa: S105 - the name of a query parameter


class Handshake:
    """Decides what an HTTP upgrade request leads to. Refusals are RequestError or UpstreamRefusedError."""

    def __init__(self, key: AccessKey, hubs: Hubs, upstream: Upstream, public_origin: str, limits: Limits) -> None:
        self._key = key
        self._hubs = hubs
        self._upstream = upstream
        self._public_origin = public_origin
        self._limits = limits

    @staticmethod
    def is_recovery(request: web.Request) -> bool:
        """Whether the client wants a session that it had."""
        return _CONNECTION_ID in request.query

    def recover(self, request: web.Request) -> Connection | None:
        """The session that the request names and proves to own. None if there is none, or not any more."""
        if Subprotocol.JSON_RELIABLE not in _offered(request):
            raise RequestError(400, "InvalidSubprotocol", f"Only {Subprotocol.JSON_RELIABLE} can be recovered.")
        hub = self._hubs.get(request.match_info["hub"])
        connection = hub.find(request.query[_CONNECTION_ID])
        if connection is None or not connection.may_recover_with(request.query.get(_RECONNECTION_TOKEN, "")):
            return None
        return connection

    async def admit(self, request: web.Request) -> tuple[Connection, list[str]]:
        """A new connection, not yet in its hub, and the groups that it is to start in."""
        check_hub_name(request.match_info["hub"])
        self._hubs.check_room()
        offered = _offered(request)
        identity = self._identify(request)
        connection = Connection(request.match_info["hub"], identity, self._limits)
        connection.subprotocol = _preferred(offered)
        answer = await self._ask_upstream(connection, _describe(request, identity, offered))
        if answer.subprotocol is not None and answer.subprotocol not in offered:
            raise RequestError(500, "InvalidUpstreamResponse", "The event handler chose a subprotocol nobody offered.")
        connection.subprotocol = answer.subprotocol or connection.subprotocol
        connection.user_id = answer.user_id or connection.user_id
        if connection.user_id is None and identity.claims is None:
            raise RequestError(401, "Unauthorized", "Neither a token nor the event handler says who the client is.")
        connection.roles.add(answer.roles)
        return connection, [*identity.groups, *answer.groups]

    def _identify(self, request: web.Request) -> ClientIdentity:
        token = request.query.get(_TOKEN) or bearer_token(request)
        if token:
            path = f"/client/hubs/{request.match_info['hub']}"
            identity = self._key.identify_client(token, path, origins(request, self._public_origin))
        elif self._upstream.handles(request.match_info["hub"]):
            identity = ClientIdentity()
        else:
            raise RequestError(401, "Unauthorized", "An access token is required.")
        if identity.user_id is not None and not is_header_safe(identity.user_id):
            raise RequestError(400, "InvalidUserId", "The user id must be printable.")
        return identity

    async def _ask_upstream(self, connection: Connection, description: dict[str, object]) -> ConnectAnswer:
        try:
            return await self._upstream.connect(connection, description)
        except UpstreamRefusedError:
            raise
        except UpstreamFailedError as error:
            raise RequestError(500, "UpstreamFailed", f"The event handler could not be asked: {error}") from error


def _offered(request: web.Request) -> list[str]:
    header = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
    return [subprotocol.strip() for subprotocol in header.split(",") if subprotocol.strip()]


def _preferred(offered: Iterable[str]) -> str | None:
    """The first subprotocol that the service speaks. Other names are for the upstream to choose."""
    for subprotocol in offered:
        if subprotocol.startswith("protobuf."):
            raise RequestError(400, "UnsupportedSubprotocol", "The protobuf subprotocols are not supported here.")
        if subprotocol in tuple(Subprotocol):
            return subprotocol
    return None


def _describe(request: web.Request, identity: ClientIdentity, offered: list[str]) -> dict[str, object]:
    """The body of the `connect` event."""
    return {
        "claims": identity.claims or {},
        "query": {name: request.query.getall(name) for name in request.query if name != _TOKEN},
        "headers": {name: request.headers.getall(name) for name in request.headers},
        "subprotocols": offered,
        "clientCertificates": [],
    }
