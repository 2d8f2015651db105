"""Events on their way to the caller, and the file descriptor that says that some wait."""

from __future__ import annotations

import os
from collections import Counter, deque

from sfu_container.engine import DtlsReceived, Event

MAX_WAITING_DTLS = 4_096
"""Events in the queue above which DTLS is dropped; strangers cannot cause any other event."""
MAX_WAITING_DTLS_PER_PEER = 64
"""DTLS of one Peer in the queue; a flight of a handshake is a few datagrams."""


class EventQueue:
    def __init__(self) -> None:
        self.descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._events: deque[Event] = deque()
        self._dtls_waiting: Counter[str] = Counter()
        """By Peer."""

    def push(self, event: Event) -> bool:
        """Add an event. Returns False when it was DTLS and too much waits already."""
        if isinstance(event, DtlsReceived):
            waiting = self._dtls_waiting[event.peer]
            if waiting >= MAX_WAITING_DTLS_PER_PEER or len(self._events) >= MAX_WAITING_DTLS:
                return False
            self._dtls_waiting[event.peer] += 1
        if not self._events:
            os.eventfd_write(self.descriptor, 1)
        self._events.append(event)
        return True

    def take(self, limit: int) -> list[Event]:
        """Up to `limit` events, oldest first."""
        taken = [self._events.popleft() for _ in range(min(limit, len(self._events)))]
        self._dtls_waiting -= Counter(event.peer for event in taken if isinstance(event, DtlsReceived))
        if taken and not self._events:
            os.eventfd_read(self.descriptor)
        return taken

    def close(self) -> None:
        """Close the file descriptor."""
        os.close(self.descriptor)
