"""What rooms need from outside: a way to each participant, to the control plane, and a secured link to each Peer.

Every call returns at once; nothing here may raise into a room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parley_protocol.nodes import NodeEvent
from parley_protocol.wire import Wire
from sfu_container.engine import SrtpProfile
from sfu_container.offer import Fingerprint


class Mailbox(Protocol):
    """The road to a participant that needs no media path: Web PubSub."""

    def send(self, participant: str, message: Wire) -> None: ...


class Reporter(Protocol):
    """Tells the control plane what happened to Peers."""

    def report(self, event: NodeEvent) -> None: ...


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What a DTLS handshake settled; each key is followed by its salt (RFC 5764, 4.2)."""

    profile: SrtpProfile
    receive: bytes
    send: bytes


class LinkListener(Protocol):
    """Who is told what happens on the links; `peer` says on whose."""

    def link_secured(self, peer: str, keys: SrtpKeys) -> None: ...

    def link_failed(self, peer: str) -> None:
        """The handshake failed: another certificate than the offer's, no shared cipher, or too slow."""

    def link_closed(self, peer: str) -> None:
        """The other side closed the connection in order, as a browser does with the page."""

    def control_opened(self, peer: str) -> None:
        """The control channel is open, or has caught up after messages were dropped: it needs the whole state."""

    def control_received(self, peer: str, data: str | bytes) -> None: ...


class Link(Protocol):
    """DTLS, and the control channel in it, to one Peer."""

    def receive(self, datagram: bytes) -> None:
        """A DTLS datagram came on the media path."""

    def expect_control(self, remote_port: int, max_message_size: int) -> None:
        """The offer has a data channel m-line; sizes in bytes, 0 for any."""

    def send_control(self, text: str) -> None:
        """Send on the control channel, if it is open and the other side keeps up."""

    def close(self) -> None:
        """Forget everything. Nothing is said to the other side or the listener afterwards."""


class Links(Protocol):
    """Makes links; one certificate for the life of the process."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def open(self, peer: str, fingerprints: Sequence[Fingerprint]) -> Link: ...
