"""The settings of a node, read from `PARLEY_…` environment variables and validated at start."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from parley_protocol.nodes import HttpAddress, HttpOrigin, ReleaseTrack

MIN_SECRET_CHARACTERS = 32
WELL_KNOWN_SECRET_PARTS = ("change-me", "default")


class Settings(BaseSettings):
    """Where the node listens, where its control plane is, and how much it takes."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", frozen=True)

    environment: Literal["local", "dev", "staging", "prod"] = "prod"
    """Where this runs: only `local` takes weak secrets."""
    control_url: str = "http://127.0.0.1:8080"
    """Where the control plane is."""
    service_key: SecretStr
    """Signs the service tokens with which the node calls the internal API (HS256)."""

    node_region: str = "local"
    """The region that the node reports, as `westeurope`."""
    node_track: ReleaseTrack = ReleaseTrack.STABLE
    """The release that the node reports: `stable` or `canary`."""
    node_version: str = "0.1.0"
    """The version that the node reports."""
    node_peers: int = Field(default=200, gt=0)
    """Peers that the node takes before it answers `NodeFull`."""
    node_packets_per_second: int = Field(default=20_000, gt=0)
    """Packets a second that the node reports as its capacity; placement stops at 70 % of it."""

    media_bind: str = "127.0.0.1"
    """The address at which the node listens for media."""
    media_address: str = "127.0.0.1"
    """The IP address that clients are told."""
    media_port: int = Field(default=8083, ge=1, le=65535)
    """One port for the media of all Peers, UDP and TCP."""
    http_bind: str = "127.0.0.1"
    """The address of the node's HTTP side: health, metrics, WHIP and WHEP. The control plane is told it and brings WHIP
    and WHEP requests there; at `0.0.0.0` none come, for that is no address to call."""
    http_port: int = Field(default=8084, ge=0, le=65535)
    """Its port; 0 takes a free one."""
    whip_requests_per_second: float = Field(default=20, gt=0)
    """WHIP and WHEP requests of one tenant's clients."""
    whip_requests_at_once: int = Field(default=100, gt=0)
    """How many of these may come at once after a pause."""

    otlp_endpoint: HttpOrigin | None = None
    """Where traces are sent (OTLP over HTTP), as `http://collector:4318`. Absent means nowhere."""

    grace_seconds: float = Field(default=30, gt=0)
    """How long a Peer whose media path is silent, or has not come up, is kept."""

    @property
    def http_address(self) -> HttpAddress | None:
        """Where others reach the HTTP side, as far as the settings tell."""
        try:
            bound = ip_address(self.http_bind)
        except ValueError:
            return None
        known = not bound.is_unspecified and self.http_port != 0
        return HttpAddress(ip=bound, port=self.http_port) if known else None

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        if self.environment == "local":
            return self
        key = self.service_key.get_secret_value()
        if len(key) < MIN_SECRET_CHARACTERS or any(part in key.lower() for part in WELL_KNOWN_SECRET_PARTS):
            raise ValueError("PARLEY_SERVICE_KEY is too short or a default; generate one of 32 characters or more")
        return self
