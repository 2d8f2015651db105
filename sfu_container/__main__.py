"""`python -m sfu_container`: run a node, or several, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from pydantic import ValidationError

from sfu_container.arguments import parse_arguments
from sfu_container.config import Settings
from sfu_container.exit_code import ExitCode
from sfu_container.lifeline import end_with
from sfu_container.native_engine import NativeEngine
from sfu_container.process import SfuProcess
from sfu_container.retire import RETIRE
from sfu_container.supervisor import Supervisor
from sfu_container.workers import WorkersError, plan_workers

logger = logging.getLogger(__name__)


async def run(settings: Settings) -> ExitCode:
    """Run the node until a signal ends it. Raises `OSError` when it cannot listen."""
    media = (settings.media_bind, settings.media_port)
    engine = NativeEngine(udp=[media], tcp=[media])
    try:
        process = SfuProcess(settings, engine)
        serving = asyncio.create_task(process.run())
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(RETIRE, process.retire)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, serving.cancel)
        await asyncio.wait([serving])
        if not serving.cancelled():
            serving.result()
    finally:
        engine.close()
    return ExitCode.OK


async def run_all(settings: Settings, count: int) -> ExitCode:
    """Run `count` nodes until a signal ends them. Raises WorkersError and `OSError`."""
    workers = plan_workers(settings, count)
    return await (run(settings) if count == 1 else Supervisor(workers).run())


def main() -> ExitCode:
    arguments = parse_arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # It logs URLs with their access tokens when a connection fails; what matters is logged here.
    logging.getLogger("azure.messaging.webpubsubclient").setLevel(logging.CRITICAL)
    try:
        if arguments.supervisor is not None and not end_with(arguments.supervisor):
            logger.error("the supervisor is gone")
            return ExitCode.CANNOT_START
        return asyncio.run(run_all(Settings(), arguments.workers))
    except ValidationError as error:
        problems = "; ".join(": ".join([*map(str, e["loc"]), e["msg"]]) for e in error.errors(include_input=False))
        logger.error("the settings are not right: %s", problems)
        return ExitCode.WRONG_SETTINGS
    except WorkersError as error:
        logger.error("the settings are not right: %s", error)
        return ExitCode.WRONG_SETTINGS
    except OSError as error:
        logger.error("the node could not start: %s", error)
        return ExitCode.CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
