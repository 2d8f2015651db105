"""What a Peer asks for on its control channel."""

from __future__ import annotations

from collections.abc import Iterable

from parley_protocol.control import ControlToNode, Layout, Mute, Publish, Published, Unpublish, WatchStats
from parley_protocol.wire import SlotRequest
from sfu_container.connections import Connections
from sfu_container.errors import PublicationNotFoundError, SignallingFailure
from sfu_container.members import Members, send
from sfu_container.peer import Peer


class ControlRequests:
    def __init__(self, members: Members, connections: Connections) -> None:
        self._members = members
        self._connections = connections

    def handle(self, peer: str, message: ControlToNode) -> None:
        """Do what a Peer asks. Raises a SignallingFailure that says why not."""
        found = self._members[peer]
        match message:
            case Layout(slots=requests):
                self._route(found, requests)
            case Publish(request_id=request_id, mid=mid, source=source, muted=muted):
                publication = found.media.publish(mid, source, muted)
                send(found, Published(request_id=request_id, mid=mid, publication=publication.id))
                self._members.announce(found)
            case Unpublish(publication=publication_id):
                found.media.unpublish(publication_id)
                self._members.announce(found)
            case Mute(publication=publication_id, muted=muted):
                if found.media.mute(publication_id, muted):
                    self._members.announce(found)
            case WatchStats(enabled=enabled):
                self._connections.watch(found, enabled)

    def _route(self, peer: Peer, requests: Iterable[SlotRequest]) -> None:
        """Route what can be routed; then say what could not."""
        failure: SignallingFailure | None = None
        for request in requests:
            try:
                if request.publication is not None and self._members.owner(request.publication) is None:
                    raise PublicationNotFoundError(f"there is no publication {request.publication}")
                peer.media.route(request)
            except SignallingFailure as error:
                failure = failure or error
        if failure is not None:
            raise failure
