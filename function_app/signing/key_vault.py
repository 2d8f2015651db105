"""Signing keys from Azure Key Vault: a secret whose versions are PEM files of one key each.

To rotate, write a new version of the secret. It is published at once and signs when every process and node has heard of
it; the version before it stays valid until it is disabled or a third one is written.
"""

from __future__ import annotations

from datetime import timedelta

from azure.core.exceptions import AzureError
from azure.keyvault.secrets import SecretClient
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from function_app.signing.sources import PrivateKeys, read_key
from function_app.timestamps import Clock

PUBLISHED_BEFORE_USE = timedelta(minutes=15)
"""Processes load the keys every five minutes, and nodes hear of them with their next heartbeat."""
_VALID_VERSIONS = 2


class KeyVaultSecret:
    def __init__(self, client: SecretClient, name: str, clock: Clock) -> None:
        self._client = client
        self._name = name
        self._clock = clock

    def load(self) -> PrivateKeys:
        try:
            return self._load()
        except AzureError as error:
            raise OSError(f"the secret {self._name} cannot be read: {type(error).__name__}") from error

    def _load(self) -> PrivateKeys:
        versions = self._client.list_properties_of_secret_versions(self._name)
        enabled = [(one.created_on, one.version) for one in versions if one.enabled and one.created_on and one.version]
        newest = sorted(enabled, reverse=True)[:_VALID_VERSIONS]
        keys = [self._key(version) for _, version in newest]
        if not keys:
            raise ValueError(f"the secret {self._name} has no enabled version")
        if len(keys) > 1 and self._clock() - newest[0][0] < PUBLISHED_BEFORE_USE:
            keys.reverse()
        return PrivateKeys(keys[0], tuple(keys[1:]))

    def _key(self, version: str) -> EllipticCurvePrivateKey:
        return read_key((self._client.get_secret(self._name, version).value or "").encode())
