"""`python -m function_app.openapi` prints the OpenAPI document: the same bytes for the same code, without settings."""

from __future__ import annotations

import json
import sys

from function_app.api.application import create_api
from function_app.process import process


def document() -> str:
    """The document as JSON, with its keys in order."""
    return json.dumps(create_api(process).openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
