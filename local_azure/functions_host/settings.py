"""App settings as the Functions host sees them: environment variables, named in bindings as `%NAME%`."""

from __future__ import annotations

import re
from collections.abc import Mapping


class HostConfigurationError(Exception):
    """The host cannot start: a function asks for something that it does not do, or a setting is missing."""


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """`text` with every `%NAME%` replaced by that setting.

    Source: learn.microsoft.com, "Azure Functions binding expression patterns", app settings.
    """

    def value(match: re.Match[str]) -> str:
        return required(match[1], settings)

    return re.sub(r"%([^%]+)%", value, text)


def required(name: str, settings: Mapping[str, str]) -> str:
    """The setting `name`; `HostConfigurationError` when it is absent or empty."""
    if not (found := settings.get(name)):
        raise HostConfigurationError(f"the app setting {name}, which a trigger names, is not set")
    return found
