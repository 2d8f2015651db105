"""The HTTP surface of WHIP and WHEP (RFC 9725, draft-ietf-wish-whep); the control plane brings clients' requests here.

POST   /whip/{meeting}                                  publish
POST   /whep/{meeting}[/{participant}]                  watch whoever speaks, or one participant
PATCH  /whip|whep/{meeting}/nodes/{node}/peers/{peer}   trickled candidates (not needed), or an ICE restart
DELETE /whip|whep/{meeting}/nodes/{node}/peers/{peer}   leave

The paths are those of the platform's origin, and so is the `Location` of an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from parley_protocol.errors import LeaveReason
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import participant_id
from sfu_container.answer import write_ice_fragment
from sfu_container.errors import PeerNotFoundError, SignallingFailure, TooManyRequestsError
from sfu_container.node import Node
from sfu_container.offer import Offer
from sfu_container.peer import Peer
from sfu_container.rate_limit import Rate, RateLimiter
from sfu_container.room import Room
from sfu_container.sdp import parse_offer
from sfu_container.viewers import View
from sfu_container.whip.doorkeeper import Admission, Doorkeeper
from sfu_container.whip.fragments import read_ufrag
from sfu_container.whip.ice_servers import links
from sfu_container.whip.offers import publications_of, require_viewer
from sfu_container.whip.problems import ProblemError
from sfu_container.whip.requests import FRAGMENT, SDP, read_body, require_acceptable, require_match

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]


class WhipEndpoint:
    """Answers the requests of clients that have no signalling connection; each has one Peer, as anybody has."""

    def __init__(self, node: Node, doorkeeper: Doorkeeper, rate: Rate, clock: Callable[[], float]) -> None:
        """`rate` is that of the requests of one tenant's clients: all come from the control plane's addresses."""
        self._node = node
        self._doorkeeper = doorkeeper
        self._limiter = RateLimiter(rate)
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        peer = "/{protocol:whip|whep}/{meeting}/nodes/{node}/peers/{peer}"
        for method, path, handler in (
            ("POST", "/whip/{meeting}", self._publish),
            ("POST", "/whep/{meeting}", self._watch),
            ("POST", "/whep/{meeting}/{participant}", self._watch),
            ("PATCH", peer, self._patch),
            ("DELETE", peer, self._leave),
        ):
            app.router.add_route(method, path, self._guarded(handler))

    def _guarded(self, handler: Handler) -> Handler:
        """Answer refusals, as what they are; a bug is answered with 500, and tells the client nothing."""

        async def guarded(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except SignallingFailure as failure:
                self._node.refusals.note(failure, f"{request.method} {request.path}", None)
                return ProblemError.of(failure).response()
            except ProblemError as problem:
                self._node.refusals.counts[problem.code] += 1
                logger.info("refused %s %s code=%s: %s", request.method, request.path, problem.code, problem)
                return problem.response()
            except web.HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - a bug; the node counts it and its log says what it was
                self._node.refusals.note(error, f"{request.method} {request.path}", None)
                return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal", "the node failed").response()

        return guarded

    async def _publish(self, request: web.Request) -> web.Response:
        claims, offer = await self._read_offer(request)
        publications = publications_of(offer)
        admission = await self._doorkeeper.admit(request.headers.get("Authorization"), claims)
        peer, answer = self._node.join_by_offer(admission.grant, offer, publications, View())
        return _created(request, peer, answer, admission)

    async def _watch(self, request: web.Request) -> web.Response:
        claims, offer = await self._read_offer(request)
        require_viewer(offer, claims.grants)
        admission = await self._doorkeeper.admit(request.headers.get("Authorization"), claims)
        view = View(_participant(request.match_info.get("participant"), admission.grant.session))
        peer, answer = self._node.join_by_offer(admission.grant, offer, (), view)
        return _created(request, peer, answer, admission)

    async def _read_offer(self, request: web.Request) -> tuple[JoinClaims, Offer]:
        """Check all that can be checked before anybody is let in."""
        claims = self._claims(request)
        require_acceptable(request)
        return claims, parse_offer(await read_body(request, SDP))

    async def _patch(self, request: web.Request) -> web.Response:
        claims = self._claims(request, or_expired=True)
        self._own(request, claims)
        ufrag = read_ufrag(await read_body(request, FRAGMENT))
        _, peer = self._own(request, claims)  # Again, for it may have ended while the body came.
        require_match(request, _etag(peer))
        if not peer.restart_ice(ufrag):
            return web.Response(status=HTTPStatus.NO_CONTENT)
        logger.info("ICE restart peer=%s", peer.id)
        fragment = write_ice_fragment(peer.media.lines, peer.transport)
        return web.Response(body=fragment.encode(), content_type=FRAGMENT, headers={"ETag": _etag(peer)})

    async def _leave(self, request: web.Request) -> web.Response:
        """200 as well when the Peer has ended already."""
        claims = self._claims(request, or_expired=True)
        try:
            room, peer = self._own(request, claims)
        except PeerNotFoundError:
            return web.Response(status=HTTPStatus.OK)
        room.end_peer(peer.id, LeaveReason.LEFT)
        return web.Response(status=HTTPStatus.OK)

    def _claims(self, request: web.Request, *, or_expired: bool = False) -> JoinClaims:
        """What the request's token says. Raises ProblemError, and TooManyRequestsError."""
        authorization, meeting = request.headers.get("Authorization"), request.match_info["meeting"]
        claims = self._doorkeeper.claims(authorization, meeting, or_expired=or_expired)
        if not self._limiter.take(claims.tenant, self._clock()):
            raise TooManyRequestsError("requests come too fast")
        return claims

    def _own(self, request: web.Request, claims: JoinClaims) -> tuple[Room, Peer]:
        """The Peer in the path, which is to be of the token's user. Raises PeerNotFoundError."""
        room = self._node.rooms.of_peer(request.match_info["peer"])
        if room is None:
            raise PeerNotFoundError("there is no such peer")
        peer = room.peer(participant_id(room.session, claims.sub), request.match_info["peer"])
        if (peer.grant.tenant, peer.grant.meeting) != (claims.tenant, claims.meeting):
            raise PeerNotFoundError("there is no such peer")
        return room, peer


def _created(request: web.Request, peer: Peer, answer: str, admission: Admission) -> web.Response:
    protocol, grant = request.path.split("/")[1], peer.grant
    location = f"/{protocol}/{grant.meeting}/nodes/{grant.node}/peers/{peer.id}"
    headers = {"Location": location, "ETag": _etag(peer)}
    if admission.ice_servers:
        # In one header: Azure Functions, through which it goes, keeps but one of a name.
        headers["Link"] = ", ".join(links(admission.ice_servers))
    return web.Response(status=HTTPStatus.CREATED, body=answer.encode(), content_type=SDP, headers=headers)


def _participant(name: str | None, session: str) -> str | None:
    """The participant that a path names by its id, or by the tenant's id of the user."""
    return name if name is None or name.startswith("par_") else participant_id(session, name)


def _etag(peer: Peer) -> str:
    """The entity tag of the Peer's ICE session, which our own credentials name."""
    return f'"{peer.transport.ufrag}"'
