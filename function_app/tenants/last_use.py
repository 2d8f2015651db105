"""When each API key was last used, written down beside the requests and at most once a minute."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from function_app.errors import ApiError
from function_app.stores.tenants import TenantStore
from function_app.timestamps import Clock

WRITTEN_EVERY = timedelta(minutes=1)
_REMEMBERED = 10_000

_logger = logging.getLogger("parley.tenants")


class LastUse:
    def __init__(self, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._written: dict[str, datetime] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, tenant: str, key: str) -> None:
        """The key is being used. Nobody waits for the write, and one that fails is made up for a minute later."""
        now = self._clock()
        last = self._written.get(key)
        if last and now - last < WRITTEN_EVERY:
            return
        if len(self._written) >= _REMEMBERED:
            self._written.clear()
        self._written[key] = now
        task = asyncio.create_task(self._write(tenant, key, now))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def settled(self) -> None:
        """Waits for the writes that are under way."""
        await asyncio.gather(*self._writing)

    async def _write(self, tenant: str, key: str, now: datetime) -> None:
        try:
            await self._store.note_use(tenant, key, now)
        except ApiError as error:
            _logger.info("use of a key not noted tenant=%s key=%s code=%s", tenant, key, error.code)
