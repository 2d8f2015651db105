"""The secrets of a laptop: made once, kept in the state folder, readable by their owner only."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from function_app.tenants.api_keys import ApiKey
from local_azure.runner.errors import HomeError
from local_azure.runner.home import Home, write_private
from parley_protocol.ids import new_id


@dataclass(frozen=True)
class Keys:
    tenant: str
    """The id of the laptop's tenant."""
    api_key: str
    api_key_pepper: str
    service_key: str
    """Signs what nodes send to the control plane."""
    cosmos_key: str
    webpubsub_key: str
    second_api_key: str
    """Of another tenant, which sees nothing of the first."""
    directory: str
    """The id of the first tenant's directory."""
    entra_secret: str
    """With it a program gets access tokens of that directory."""
    acs_key: str
    web_push_key: str
    """PEM of the key that push services know this laptop by."""
    delivery_report_key: str
    """Comes with the delivery reports of messages."""


def load_keys(home: Home) -> Keys:
    """The secrets in the state folder, made first where there are none."""
    if not home.signing_key.exists():
        write_private(home.signing_key, _p256_key())
    if not home.secrets.exists():
        write_private(home.secrets, json.dumps(asdict(_new_keys()), indent=2) + "\n")
    try:
        kept = json.loads(home.secrets.read_text())
        keys = Keys(**{**_added_later(kept["api_key_pepper"]), **kept})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise HomeError(
            f"{home.secrets} cannot be read ({error}). Restore it, or remove the folder {home.folder} to begin anew"
        ) from error
    if asdict(keys) != kept:
        write_private(home.secrets, json.dumps(asdict(keys), indent=2) + "\n")
    return keys


def _new_keys() -> Keys:
    tenant, pepper = new_id("ten"), secrets.token_urlsafe(32)
    return Keys(
        tenant=tenant,
        api_key=ApiKey.generate(tenant, pepper.encode()).text,
        api_key_pepper=pepper,
        service_key=secrets.token_urlsafe(48),
        cosmos_key=base64.b64encode(secrets.token_bytes(64)).decode(),
        webpubsub_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        **_added_later(pepper),
    )


def _added_later(pepper: str) -> dict[str, str]:
    """What the secrets of an older state folder lack."""
    return {
        "second_api_key": ApiKey.generate(new_id("ten"), pepper.encode()).text,
        "directory": str(uuid.uuid4()),
        "entra_secret": secrets.token_urlsafe(32),
        "acs_key": base64.b64encode(secrets.token_bytes(64)).decode(),
        "web_push_key": _p256_key(),
        "delivery_report_key": secrets.token_urlsafe(32),
    }


def _p256_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
