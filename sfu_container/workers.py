"""The ports of a machine's nodes: one process each, on consecutive ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

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
    http_url: str | None

    def environment(self) -> Mapping[str, str]:
        """The settings in which it differs from the others."""
        ports = {"PARLEY_MEDIA_PORT": str(self.media_port), "PARLEY_HTTP_PORT": str(self.http_port)}
        return ports if self.http_url is None else {**ports, "PARLEY_HTTP_URL": self.http_url}


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
    return [
        Worker(number, media + number, http and http + number, _url_of(settings.http_url, number, count))
        for number in range(count)
    ]


def _url_of(url: str | None, number: int, count: int) -> str | None:
    if url is None or count == 1:
        return url
    parts = urlsplit(url)
    if parts.port is None:
        raise WorkersError("PARLEY_HTTP_URL must name a port, which is counted up from worker to worker")
    host = parts.netloc.rpartition(":")[0]
    return parts._replace(netloc=f"{host}:{parts.port + number}").geturl()
