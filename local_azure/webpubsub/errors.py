"""Everything that can go wrong on purpose, with the code or the reason that the peer is told.

WebPubSubError
├── RequestError              answered as an HTTP error with a code
├── FrameError                the client broke the protocol: its socket closes with 1008
└── UpstreamError
    ├── UpstreamRefusedError  the upstream said no (4xx)
    └── UpstreamFailedError   the upstream is gone, slow, broken or not validated
"""

from dataclasses import dataclass

from aiohttp import WSCloseCode


class WebPubSubError(Exception):
    """An expected failure."""


class RequestError(WebPubSubError):
    """An HTTP request that is answered with `status` and a body of `code` and `message`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class FrameError(WebPubSubError):
    """A client frame that the protocol does not allow; the text is the close reason."""


class UpstreamError(WebPubSubError):
    """An upstream event that did not succeed."""


class UpstreamRefusedError(UpstreamError):
    """The upstream answered with a 4xx status, which a connecting client is given unchanged."""

    def __init__(self, status: int, body: bytes, content_type: str) -> None:
        super().__init__(f"the upstream answered {status}")
        self.status = status
        self.body = body
        self.content_type = content_type


class UpstreamFailedError(UpstreamError):
    """The upstream could not be asked, or its answer makes no sense."""


@dataclass(frozen=True)
class Closure:
    """Why a socket or a session ends, and the WebSocket close code that says so.

    Clients of the reliable subprotocol try to recover after every code but 1008 (POLICY_VIOLATION).
    """

    code: int
    reason: str


CLIENT_LEFT = Closure(WSCloseCode.OK, "The client closed the connection.")
CONNECTION_LOST = Closure(WSCloseCode.ABNORMAL_CLOSURE, "The connection was lost.")
MESSAGE_TOO_BIG = Closure(WSCloseCode.MESSAGE_TOO_BIG, "The message is bigger than the limit.")
RECOVERED_ELSEWHERE = Closure(WSCloseCode.GOING_AWAY, "The session was recovered by a newer socket.")
RECOVERY_EXPIRED = Closure(WSCloseCode.POLICY_VIOLATION, "The client did not recover the session in time.")
SESSION_UNKNOWN = Closure(WSCloseCode.POLICY_VIOLATION, "The connection id is unknown or the token is wrong.")
SHUTTING_DOWN = Closure(WSCloseCode.GOING_AWAY, "The service is shutting down.")
SLOW_READER = Closure(WSCloseCode.POLICY_VIOLATION, "The client does not read its messages fast enough.")
SLOW_RELIABLE_READER = Closure(WSCloseCode.TRY_AGAIN_LATER, "The client does not read its messages fast enough.")
TOO_MANY_UNACKED = Closure(WSCloseCode.POLICY_VIOLATION, "Too many messages are not acknowledged.")
UPSTREAM_FAILED = Closure(WSCloseCode.POLICY_VIOLATION, "The event handler did not accept the event.")
