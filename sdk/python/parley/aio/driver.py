"""Runs flows on an event loop."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import httpx

from parley.flows import Conversation, Flow, Step
from parley.retries import Outcome

T = TypeVar("T")


class Driver:
    def __init__(self, conversation: Conversation, client: httpx.AsyncClient) -> None:
        self.conversation = conversation
        self._client = client

    async def run(self, flow: Flow[T]) -> T:
        """What the flow returns."""
        try:
            step = next(flow)
            while True:
                step = flow.send(await self._take(step))
        except StopIteration as end:
            result: T = end.value
            return result

    async def _take(self, step: Step) -> Outcome:
        await asyncio.sleep(step.after)
        try:
            return await self._client.send(step.request)
        except httpx.TransportError as error:
            return error

    async def close(self) -> None:
        await self._client.aclose()
