"""The async client; errors, models and `verify_webhook` are those of `parley`."""

from parley.aio.client import ParleyClient
from parley.aio.paging import AsyncItemPaged
from parley.aio.polling import AsyncPoller

__all__ = ["AsyncItemPaged", "AsyncPoller", "ParleyClient"]
