"""The secrets of a laptop: made once, kept in the state folder, readable by their owner only."""

from __future__ import annotations

import base64
import json
import secrets
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


def load_keys(home: Home) -> Keys:
    """The secrets in the state folder, made first where there are none."""
    if not home.signing_key.exists():
        write_private(home.signing_key, _signing_key())
    if not home.secrets.exists():
        write_private(home.secrets, json.dumps(asdict(_new_keys()), indent=2) + "\n")
    try:
        return Keys(**json.loads(home.secrets.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(
            f"{home.secrets} cannot be read ({error}). Restore it, or remove the folder {home.folder} to begin anew"
        ) from error


def _new_keys() -> Keys:
    tenant, pepper = new_id("ten"), secrets.token_urlsafe(32)
    return Keys(
        tenant=tenant,
        api_key=ApiKey.generate(tenant, pepper.encode()).text,
        api_key_pepper=pepper,
        service_key=secrets.token_urlsafe(48),
        cosmos_key=base64.b64encode(secrets.token_bytes(64)).decode(),
        webpubsub_key=base64.b64encode(secrets.token_bytes(32)).decode(),
    )


def _signing_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
