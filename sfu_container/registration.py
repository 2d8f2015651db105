"""Registering with the control plane and staying registered: the heartbeat."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from parley_protocol.nodes import NodeLease, NodeReport
from sfu_container.backoff import backoff_delays
from sfu_container.control_plane import ControlPlaneError
from sfu_container.grants import GrantVerifier

logger = logging.getLogger(__name__)

MISSED_HEARTBEATS = 3


class Registrar(Protocol):
    async def register(self, report: NodeReport) -> NodeLease:
        """Raises ControlPlaneError."""


class Registration:
    """Sends the node's report at the pace that the last lease asked for, and passes on what the lease says."""

    def __init__(
        self,
        registrar: Registrar,
        report: Callable[[bool], NodeReport],
        verifier: GrantVerifier,
        end_session: Callable[[str], None],
    ) -> None:
        """`report` makes the report of now; its argument says whether a signalling URL is asked for.

        `end_session` is told of each reported session that is over for the control plane.
        """
        self._registrar = registrar
        self._report = report
        self._verifier = verifier
        self._end_session = end_session
        self._valid_until = 0.0
        self._heartbeat_seconds = 2.0

    @property
    def is_registered(self) -> bool:
        return time.monotonic() < self._valid_until

    async def beat(self, needs_signalling: bool = False) -> NodeLease:
        """One heartbeat. Raises ControlPlaneError."""
        lease = await self._registrar.register(self._report(needs_signalling))
        self._verifier.update(lease.jwks)
        for session in lease.ended_sessions:
            self._end_session(session)
        self._heartbeat_seconds = lease.heartbeat_seconds
        self._valid_until = time.monotonic() + MISSED_HEARTBEATS * lease.heartbeat_seconds
        return lease

    async def run(self) -> None:
        """Beat for ever, through any absence of the control plane."""
        while True:
            await self._beat_until_heard()
            await asyncio.sleep(self._heartbeat_seconds)

    async def _beat_until_heard(self) -> None:
        for attempt, delay in enumerate(backoff_delays()):
            try:
                await self.beat()
            except ControlPlaneError as error:
                if attempt == 0:
                    logger.warning("the control plane does not answer; trying on: %s", error)
                await asyncio.sleep(delay)
            else:
                if attempt > 0:
                    logger.info("registered with the control plane")
                return

    async def signalling_url(self) -> str:
        """A fresh Web PubSub URL, however long it takes to be given one."""
        for delay in backoff_delays():
            try:
                lease = await self.beat(needs_signalling=True)
            except ControlPlaneError as error:
                logger.info("no signalling URL yet: %s", error)
            else:
                if lease.signalling_url is not None:
                    return lease.signalling_url
                logger.warning("the control plane gave no signalling URL")
            await asyncio.sleep(delay)
        raise AssertionError("backoff never ends")
