"""What a connection remembers so that nothing is lost or done twice.

Source: https://learn.microsoft.com/azure/azure-web-pubsub/howto-develop-reliable-clients
"""

from collections import deque

from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.messages import Message


class UnackedMessages:
    """The numbered messages that a reliable client has not confirmed yet, oldest first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._frames: deque[tuple[int, str]] = deque()
        self._bytes = 0
        self._last_sequence_id = 0

    def add(self, message: Message) -> str:
        """Numbers a message, keeps it, and returns its frame."""
        self._last_sequence_id += 1
        frame = message.sequenced_frame(self._last_sequence_id)
        self._frames.append((self._last_sequence_id, frame))
        self._bytes += len(frame)
        return frame

    def acknowledge(self, sequence_id: int) -> None:
        """Forgets every message up to and including `sequence_id`."""
        while self._frames and self._frames[0][0] <= sequence_id:
            _, frame = self._frames.popleft()
            self._bytes -= len(frame)

    def frames(self) -> list[str]:
        """What a recovering client must be sent again."""
        return [frame for _, frame in self._frames]

    def clear(self) -> None:
        """Forgets everything, because the session is over."""
        self._frames.clear()
        self._bytes = 0

    @property
    def is_over_limit(self) -> bool:
        """Whether the session holds more than it may."""
        return len(self._frames) > self._limits.unacked_messages or self._bytes > self._limits.unacked_bytes


class AckMemory:
    """The newest ack ids whose frames were carried out, to recognise a frame that is sent again."""

    def __init__(self, limits: Limits) -> None:
        self._capacity = limits.remembered_acks
        self._order: deque[int] = deque()
        self._known: set[int] = set()

    def __contains__(self, ack_id: int) -> bool:
        return ack_id in self._known

    def add(self, ack_id: int) -> None:
        """Remembers an ack id and forgets the oldest beyond the capacity."""
        if ack_id in self._known:
            return
        self._known.add(ack_id)
        self._order.append(ack_id)
        if len(self._order) > self._capacity:
            self._known.discard(self._order.popleft())
