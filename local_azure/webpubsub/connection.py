"""One client connection: who it is, what it may do, and the session that outlives its socket.

A connection without a subprotocol or with `json.webpubsub.azure.v1` ends with its socket. A reliable one has three
states, told by `outbox` and `ended`:

    online (outbox)  --socket lost-->  away (no outbox)  --recovery window over-->  ended
         ^                                 |
         +------------ recovered ----------+        `end` leads to ended from anywhere and is final
"""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from enum import StrEnum

from local_azure.webpubsub.errors import (
    RECOVERED_ELSEWHERE,
    RECOVERY_EXPIRED,
    SLOW_READER,
    SLOW_RELIABLE_READER,
    TOO_MANY_UNACKED,
    Closure,
)
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.messages import Frame, Message, connected_frame, disconnected_frame
from local_azure.webpubsub.outbox import Outbox
from local_azure.webpubsub.reliability import AckMemory, UnackedMessages
from local_azure.webpubsub.roles import Roles
from local_azure.webpubsub.tokens import ClientIdentity


class Subprotocol(StrEnum):
    """The WebSocket subprotocols that the service itself speaks."""

    JSON = "json.webpubsub.azure.v1"
    JSON_RELIABLE = "json.reliable.webpubsub.azure.v1"


class Connection:
    """The session of one client. Every method is synchronous and never waits for the client."""

    def __init__(self, hub_name: str, identity: ClientIdentity, limits: Limits) -> None:
        self.id = secrets.token_urlsafe(16)
        self.hub_name = hub_name
        self.user_id = identity.user_id
        self.roles = Roles(identity.roles)
        self.groups: set[str] = set()
        self.subprotocol: str | None = None
        self.upstream_state: str | None = None
        self.acks = AckMemory(limits)
        self.unacked = UnackedMessages(limits)
        self.turn = asyncio.Lock()
        """Held while a frame of this client is carried out, so that frames keep their order across sockets."""
        self.ended = asyncio.Event()
        self.end_reason = ""
        self.on_end: Callable[[Connection], None] | None = None
        """Called once when the session ends, to take it out of its hub."""
        self._limits = limits
        self._reconnection_token = secrets.token_urlsafe(32)
        self._outbox: Outbox | None = None
        self._expiry: asyncio.TimerHandle | None = None

    @property
    def is_reliable(self) -> bool:
        """Whether the session survives its socket."""
        return self.subprotocol == Subprotocol.JSON_RELIABLE

    @property
    def speaks_json(self) -> bool:
        """Whether the client gets messages in JSON envelopes, not as bare frames."""
        return self.subprotocol in tuple(Subprotocol)

    def may_recover_with(self, reconnection_token: str) -> bool:
        """Whether the token proves that a new socket belongs to this session."""
        is_right = hmac.compare_digest(self._reconnection_token.encode(), reconnection_token.encode())
        return is_right and self.is_reliable and not self.ended.is_set()

    def opening_frames(self) -> list[Frame]:
        """What a new socket of this session is sent before anything else."""
        if not self.speaks_json:
            return []
        token = self._reconnection_token if self.is_reliable else None
        return [connected_frame(self.id, self.user_id, token), *self.unacked.frames()]

    def attach(self, outbox: Outbox) -> None:
        """Puts the session online; a socket that it still had is closed."""
        if self._expiry is not None:
            self._expiry.cancel()
        if self._outbox is not None:
            self._outbox.close(RECOVERED_ELSEWHERE, discard=True)
        self._outbox = outbox

    def detach(self, outbox: Outbox, closure: Closure) -> None:
        """Takes note that a socket is lost: a reliable session waits for recovery, others end."""
        if self._outbox is not outbox:
            return
        self._outbox = None
        if not self.is_reliable:
            self.end(closure)
        elif not self.ended.is_set():
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_later(self._limits.recovery_seconds, self.end, RECOVERY_EXPIRED)

    def deliver(self, message: Message) -> None:
        """Queues a message for the client, or keeps it while a reliable client is away."""
        if self.ended.is_set():
            return
        if self.is_reliable:
            frame: Frame = self.unacked.add(message)
            if self.unacked.is_over_limit:
                self.end(TOO_MANY_UNACKED, discard=True)
                return
        else:
            frame = message.frame if self.speaks_json else message.payload.bare_frame
        self.send(frame)

    def send(self, frame: Frame) -> None:
        """Queues a frame that is not worth keeping while the client is away. A client that does not read is closed."""
        if self._outbox is None or self._outbox.put(frame):
            return
        if self.is_reliable:
            self._outbox.close(SLOW_RELIABLE_READER, discard=True)
        else:
            self.end(SLOW_READER, discard=True)

    def end(self, closure: Closure, *, discard: bool = False) -> None:
        """Ends the session for good and tells the client why. Only the first call counts."""
        if self.ended.is_set():
            return
        self.ended.set()
        self.end_reason = closure.reason
        self.unacked.clear()
        if self._expiry is not None:
            self._expiry.cancel()
        if self._outbox is not None:
            last = disconnected_frame(closure.reason) if self.speaks_json else None
            self._outbox.close(closure, last=last, discard=discard)
        if self.on_end is not None:
            self.on_end(self)
