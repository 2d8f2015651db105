"""The log as JSON, one object a line, for machines that collect it; a laptop's log is plain text."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from function_app.telemetry.traces import current_trace
from function_app.timestamps import rfc3339

_OURS = "parley"


class JsonLines(logging.Formatter):
    """time, level, logger, message, and where there are such: trace, and what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := current_trace.get():
            line |= {"trace": trace.trace, "span": trace.span}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def write_json_lines() -> None:
    """Makes every handler that there is write JSON; the Functions worker has added its own by now."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(JsonLines())
    logging.getLogger(_OURS).setLevel(logging.INFO)
