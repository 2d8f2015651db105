"""Where signing keys are kept: a file and Key Vault answer alike."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest
from aiohttp import web
from azure.core.credentials import AccessToken
from azure.keyvault.secrets import SecretClient
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurve, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from function_app.signing.key_vault import PUBLISHED_BEFORE_USE, KeyVaultSecret
from function_app.signing.sources import KeySource, PemFile, PrivateKeys
from local_azure.keyvault.server import KeyVault
from tests.support.certificates import certificate

from .support import TestClock

SECRET = "signing-key"


def new_pem(curve: EllipticCurve | None = None) -> str:
    key = generate_private_key(curve or SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(pem: str) -> object:
    return load_pem_private_key(pem.encode(), None).public_key()


class Identity:
    """A credential that anybody gets."""

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken("a-token", int(time.time()) + 3600)


class Place(Protocol):
    """Where keys are kept, and how a test writes there."""

    source: KeySource

    async def put(self, pem: str) -> None:
        """A newer key."""

    async def vanish(self) -> None: ...


class File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.source: KeySource = PemFile(path)

    async def put(self, pem: str) -> None:
        self._path.write_text(pem + (self._path.read_text() if self._path.exists() else ""))

    async def vanish(self) -> None:
        self._path.unlink()


class Vault:
    def __init__(self, runner: web.AppRunner, client: SecretClient, clock: TestClock) -> None:
        self._runner = runner
        self._client = client
        self.clock = clock
        self.source: KeySource = KeyVaultSecret(client, SECRET, clock)

    async def put(self, pem: str) -> None:
        await asyncio.to_thread(self._client.set_secret, SECRET, pem)
        self.clock.advance(PUBLISHED_BEFORE_USE.total_seconds() + 1)

    async def vanish(self) -> None:
        await self._runner.cleanup()


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    clock = TestClock()
    runner = web.AppRunner(KeyVault(lambda: clock().timestamp()).app(), shutdown_timeout=1)
    await runner.setup()
    chain = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    with SecretClient(
        url, Identity(), connection_verify=str(chain), verify_challenge_resource=False, retry_total=0
    ) as client:
        yield Vault(runner, client, clock)
    await runner.cleanup()


@pytest.fixture(params=["file", "vault"])
def place(request: pytest.FixtureRequest, tmp_path: Path, vault: Vault) -> Place:
    return File(tmp_path / "signing-key.pem") if request.param == "file" else vault


async def load(place: Place) -> PrivateKeys:
    return await asyncio.to_thread(place.source.load)


async def test_the_only_key_signs(place: Place) -> None:
    pem = new_pem()
    await place.put(pem)
    keys = await load(place)
    assert keys.signing.public_key() == public(pem)
    assert keys.others == ()


async def test_a_newer_key_takes_over_and_the_former_stays_valid(place: Place) -> None:
    former, newer = new_pem(), new_pem()
    await place.put(former)
    await place.put(newer)
    keys = await load(place)
    assert keys.signing.public_key() == public(newer)
    assert [key.public_key() for key in keys.others] == [public(former)]


@pytest.mark.parametrize("pem", [new_pem(SECP384R1()), "nonsense"])
async def test_what_is_no_signing_key_is_refused(place: Place, pem: str) -> None:
    await place.put(pem)
    with pytest.raises(ValueError):
        await load(place)


async def test_a_place_that_is_away_is_an_error_of_the_system(place: Place) -> None:
    await place.put(new_pem())
    await place.vanish()
    with pytest.raises(OSError):
        await load(place)


async def test_a_new_version_is_published_before_it_signs(vault: Vault) -> None:
    former, newer = new_pem(), new_pem()
    await vault.put(former)
    await vault.put(newer)
    vault.clock.advance(-PUBLISHED_BEFORE_USE.total_seconds())
    keys = await load(vault)
    assert keys.signing.public_key() == public(former)
    assert [key.public_key() for key in keys.others] == [public(newer)]


async def test_a_third_version_ends_the_first(vault: Vault) -> None:
    first, second, third = new_pem(), new_pem(), new_pem()
    for pem in (first, second, third):
        await vault.put(pem)
    keys = await load(vault)
    assert [key.public_key() for key in (keys.signing, *keys.others)] == [public(third), public(second)]
