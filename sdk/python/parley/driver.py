"""Runs flows: sends their requests and sleeps their waits."""

from __future__ import annotations

import time
from typing import TypeVar

import httpx

from parley.flows import Conversation, Flow, Step
from parley.retries import Outcome

T = TypeVar("T")


class Driver:
    def __init__(self, conversation: Conversation, client: httpx.Client) -> None:
        self.conversation = conversation
        self._client = client

    def run(self, flow: Flow[T]) -> T:
        """What the flow returns."""
        try:
            step = next(flow)
            while True:
                step = flow.send(self._take(step))
        except StopIteration as end:
            result: T = end.value
            return result

    def _take(self, step: Step) -> Outcome:
        time.sleep(step.after)
        try:
            return self._client.send(step.request)
        except httpx.TransportError as error:
            return error

    def close(self) -> None:
        self._client.close()
