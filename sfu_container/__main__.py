"""`python -m sfu_container`: run one node until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from pydantic import ValidationError

from sfu_container.config import Settings
from sfu_container.native_engine import NativeEngine
from sfu_container.process import SfuProcess

logger = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Run the node until a signal ends it."""
    media = (settings.media_bind, settings.media_port)
    engine = NativeEngine(udp=[media], tcp=[media])
    try:
        serving = asyncio.create_task(SfuProcess(settings, engine).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, serving.cancel)
        await asyncio.wait([serving])
        if not serving.cancelled():
            serving.result()
    finally:
        engine.close()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # It logs URLs with their access tokens when a connection fails; what matters is logged here.
    logging.getLogger("azure.messaging.webpubsubclient").setLevel(logging.CRITICAL)
    try:
        settings = Settings()
    except ValidationError as error:
        problems = "; ".join(": ".join([*map(str, e["loc"]), e["msg"]]) for e in error.errors(include_input=False))
        logger.error("the settings are not right: %s", problems)
        return 2
    try:
        asyncio.run(run(settings))
    except OSError as error:
        logger.error("the node could not start: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
