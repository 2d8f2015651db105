"""The settings of the control plane: read from the environment (`PARLEY_…`), checked before the first request."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, IPvAnyNetwork, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from parley_protocol.ids import MeetingId, TenantId

MINIMUM_SECRET_LENGTH = 32
_DEFAULT_SECRET_MARKS = ("change-me", "default", "@microsoft.keyvault(")
"""The last is what Azure gives where a secret cannot be read from the vault: the reference itself, which is none."""

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+", strip_whitespace=True)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/,*]+$")]
OptionalSecret = SecretStr | None


class Environment(StrEnum):
    LOCAL = "local"
    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class OpenMeeting(BaseModel):
    """The one meeting that anybody may join without a link."""

    tenant: TenantId
    meeting: MeetingId


class Settings(BaseSettings):
    """Where the control plane finds its services, and its secrets. An empty variable counts as absent."""

    model_config = SettingsConfigDict(
        env_prefix="PARLEY_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Environment = Environment.PROD
    """Where this runs: only `local` takes weak secrets, and what is only for a laptop."""
    public_url: Url
    """The origin of the client and of this API; it is also the issuer of the tokens."""

    cosmos_endpoint: Url
    """The Cosmos DB account."""
    cosmos_key: OptionalSecret = None
    """Absent means the managed identity."""
    cosmos_database: str = "parley"
    """The database in it; the change feed triggers name this setting, so it must be set where they run."""

    webpubsub_endpoint: Url
    """The Web PubSub resource."""
    webpubsub_key: OptionalSecret = None
    """Absent means the managed identity; then no CloudEvent can be verified, and all are refused."""

    signing_key_file: Path | None = None
    """PEM of the P-256 key that signs join tokens and media grants; keys after it are valid too."""
    key_vault_url: Url | None = None
    """The vault of the signing keys, where there is no file; it is read with the managed identity."""
    signing_key_secret: str = "signing-key"  # noqa: S105 the name of the secret, not its value
    """The secret in the vault; each version is the PEM of one key."""
    service_key: OptionalSecret = None
    """The secret of the nodes' service tokens. Absent means that no node is let in."""
    api_key_pepper: SecretStr
    """What API keys are hashed with, and continuation tokens signed. Another value makes every API key useless."""
    entra_authority: Url = "https://login.microsoftonline.com/organizations/v2.0"
    """Below it is the discovery document of the issuer whose access tokens tenants' programs may call with."""
    entra_audience: str | None = None
    """The client id of the API's own registration there. Absent means that no access token is taken."""
    sign_in_authority: Url | None = None
    """Below it is the discovery document of the issuer where people sign in: External ID, B2C or Entra ID.
    Absent means that nobody signs in."""
    sign_in_client_id: str | None = None
    """The web client's own registration there."""
    node_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks, separated by commas, in which the media nodes are, as `10.40.32.0/20`: WHIP and WHEP requests are
    brought to them there, and nowhere else. Absent means that none are."""
    redis_url: str | None = None
    """Absent means that nodes and sessions are known to this process only. `rediss://` without a password means the
    managed identity."""

    proxies: int = Field(default=1, ge=0, le=5)
    """How many trusted proxies add to X-Forwarded-For: the platform's own front end, and one more for Front Door."""
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    """Origins, separated by commas, whose pages may call the API; its own need not be named."""
    otlp_endpoint: Url | None = None
    """Where traces are sent (OTLP over HTTP), as `http://collector:4318`. Absent means nowhere."""
    canary_percent: float = Field(default=0, ge=0, le=100)
    """How many new sessions in a hundred go to nodes of the canary release, where there are such."""
    rate_limit_factor: float = Field(default=1, gt=0)
    """Makes every rate limit wider or tighter."""

    open_meeting: Annotated[OpenMeeting | None, NoDecode] = None
    """`{tenantId}/{meetingId}`; local only."""
    turn_urls: Annotated[tuple[str, ...], NoDecode] = ()
    """TURN servers, separated by commas, as `turns:turn.example.com:443?transport=tcp`."""
    turn_secret: OptionalSecret = None
    """What the TURN servers share with the control plane, which makes credentials with it that last for a while."""

    acs_endpoint: Url | None = None
    """Azure Communication Services. Absent means that no meeting can be held there, and nothing is sent by it."""
    acs_key: OptionalSecret = None
    """Its access key, in base64. Absent means the managed identity."""
    email_sender: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    """The address that e-mail comes from, of a domain that is connected to the ACS resource. Absent: none is sent."""
    sms_sender: str | None = Field(default=None, min_length=1)
    """The number, or the alphanumeric id, that SMS come from. Absent means that none is sent."""
    delivery_report_key: OptionalSecret = None
    """What Event Grid shows when it brings delivery reports of e-mail and SMS. Absent means that none is taken."""
    web_push_key: OptionalSecret = None
    """PEM of the P-256 key that push services know us by (VAPID). Absent means that nothing is pushed."""
    web_push_contact: str | None = Field(default=None, pattern=r"^(mailto:|https://)")
    """Where push services find us when something is wrong; absent means the public URL."""
    notification_timeout_seconds: float = Field(default=10, gt=0, le=20)
    """How long an e-mail, SMS or push service may take."""
    livekit_url: Annotated[str, StringConstraints(pattern=r"^(https?|wss?)://[^\s/]+")] | None = None
    """Where clients and the control plane find LiveKit. Absent means that no meeting can be held there."""
    livekit_api_key: str | None = None
    """Names the key of LiveKit's API."""
    livekit_api_secret: OptionalSecret = None
    """The key itself."""

    webhooks_to_private_addresses: bool = False
    """Whether webhooks may be on this machine or network, and without TLS; local only."""

    meeting_retention_days: int = Field(default=30, ge=1, le=3650)
    """How long a deleted meeting can be restored; then it is purged."""
    chat_retention_days: int = Field(default=365, ge=1, le=3650)
    """How long a chat message is kept, if its meeting is not purged before."""

    webhook_timeout_seconds: float = Field(default=15, gt=0, le=30)
    """How long a webhook may take to answer."""
    media_provider_timeout_seconds: float = Field(default=4, gt=0)
    """How long a media provider other than the SFU may take."""
    node_timeout_seconds: float = Field(default=8, gt=0, le=20)
    """How long a media node may take to answer a WHIP or WHEP request; an offer makes it ask the control plane."""
    webpubsub_timeout_seconds: float = Field(default=4, gt=0)
    """How long Web PubSub may take."""
    cosmos_timeout_seconds: float = Field(default=4, gt=0)
    """How long the database may take for one operation, with its retries."""

    @property
    def meeting_retention(self) -> timedelta:
        return timedelta(days=self.meeting_retention_days)

    @property
    def chat_retention(self) -> timedelta:
        return timedelta(days=self.chat_retention_days)

    @field_validator("public_url", "cosmos_endpoint", "webpubsub_endpoint")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("open_meeting", mode="before")
    @classmethod
    def _parse_open_meeting(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        tenant, _, meeting = value.partition("/")
        return OpenMeeting(tenant=tenant, meeting=meeting)

    @field_validator("turn_urls", "cors_origins", "node_networks", mode="before")
    @classmethod
    def _parse_list(cls, value: object) -> object:
        return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _need_one_place_of_signing_keys(self) -> Self:
        if (self.signing_key_file is None) == (self.key_vault_url is None):
            raise ValueError("one of PARLEY_SIGNING_KEY_FILE and PARLEY_KEY_VAULT_URL must be set, and not both")
        return self

    @model_validator(mode="after")
    def _refuse_half_of_livekit(self) -> Self:
        if len({self.livekit_url is None, self.livekit_api_key is None, self.livekit_api_secret is None}) > 1:
            raise ValueError("PARLEY_LIVEKIT_URL, PARLEY_LIVEKIT_API_KEY and PARLEY_LIVEKIT_API_SECRET go together")
        return self

    @model_validator(mode="after")
    def _refuse_half_of_sign_in(self) -> Self:
        if (self.sign_in_authority is None) != (self.sign_in_client_id is None):
            raise ValueError("PARLEY_SIGN_IN_AUTHORITY and PARLEY_SIGN_IN_CLIENT_ID go together")
        if self.sign_in_client_id and self.sign_in_client_id == self.entra_audience:
            # Or else a program's token could pass for a person's.
            raise ValueError("PARLEY_SIGN_IN_CLIENT_ID and PARLEY_ENTRA_AUDIENCE must be two registrations")
        return self

    @model_validator(mode="after")
    def _refuse_what_is_only_for_a_laptop(self) -> Self:
        if self.environment is Environment.LOCAL:
            return self
        if self.open_meeting:
            raise ValueError("PARLEY_OPEN_MEETING is only allowed where PARLEY_ENVIRONMENT is local")
        for name in ("entra_authority", "sign_in_authority"):
            if str(getattr(self, name)).startswith("http:"):
                raise ValueError(f"PARLEY_{name.upper()} must be an https URL")
        if self.webhooks_to_private_addresses:
            raise ValueError("PARLEY_WEBHOOKS_TO_PRIVATE_ADDRESSES is only allowed where PARLEY_ENVIRONMENT is local")
        for name in (
            "cosmos_key",
            "webpubsub_key",
            "service_key",
            "api_key_pepper",
            "turn_secret",
            "acs_key",
            "delivery_report_key",
            "web_push_key",
            "livekit_api_secret",
        ):
            self._refuse_weak_secret(name)
        return self

    def _refuse_weak_secret(self, name: str) -> None:
        secret: OptionalSecret = getattr(self, name)
        if secret is None:
            return
        value = secret.get_secret_value()
        if len(value) < MINIMUM_SECRET_LENGTH or any(mark in value.lower() for mark in _DEFAULT_SECRET_MARKS):
            least = f"at least {MINIMUM_SECRET_LENGTH} random characters"
            raise ValueError(f"PARLEY_{name.upper()} is a default or too short; it must be {least}")
