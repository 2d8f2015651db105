"""The ports of a machine's nodes: one process each, on consecutive ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sfu_container.config import Settings

LAST_PORT = 65_535


class WorkersError(ValueError):
    """So many nodes cannot run with these settings."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Where one node listens; everything else is as set for all."""

    number: int
    """From 0 on."""
    media_port: int
    http_port: int
    """0 takes a free one."""

    def environment(self) -> Mapping[str, str]:
        """The settings in which it differs from the others."""
        return {"PARLEY_MEDIA_PORT": str(self.media_port), "PARLEY_HTTP_PORT": str(self.http_port)}


def plan_workers(settings: Settings, count: int) -> list[Worker]:
    """`count` nodes, of which the first listens where the settings say and each other one port higher.

    Raises WorkersError when there are not so many ports, or when media and HTTP would meet.
    """
    media, http = settings.media_port, settings.http_port
    for name, first in (("PARLEY_MEDIA_PORT", media), ("PARLEY_HTTP_PORT", http)):
        if first + count - 1 > LAST_PORT:
            raise WorkersError(f"{count} workers from {name}={first} on need ports above {LAST_PORT}")
    if http != 0 and abs(media - http) < count:
        raise WorkersError(
            f"the ports of {count} workers overlap: PARLEY_MEDIA_PORT={media} and PARLEY_HTTP_PORT={http}"
            f" must be {count} or more apart"
        )
    return [Worker(number, media + number, http and http + number) for number in range(count)]
