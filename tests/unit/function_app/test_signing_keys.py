"""The signing keys: their names, their rotation, and what is refused."""

import base64
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from function_app.errors import TokenInvalidError
from function_app.signing.keys import REFRESH_SECONDS, SigningKeys
from function_app.signing.sources import PemFile, PrivateKeys

AUDIENCE = "parley-join"
ISSUER = "https://a.example"
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": 1, "exp": 9_999_999_999}


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def write(path: Path, *keys: PrivateKeyTypes) -> Path:
    pems = [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for key in keys]
    path.write_bytes(b"".join(pems))
    return path


class Source:
    """Keys in memory."""

    def __init__(self, *keys: EllipticCurvePrivateKey) -> None:
        self.keys = keys

    def load(self) -> PrivateKeys:
        return PrivateKeys(self.keys[0], self.keys[1:])


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_keys_name_is_its_thumbprint() -> None:
    key = new_key()
    [first] = SigningKeys(Source(key), ISSUER).jwks["keys"]
    [second] = SigningKeys(Source(key), "https://b.example").jwks["keys"]
    assert first == second
    assert (first["alg"], first["use"], first["kty"], first["crv"]) == ("ES256", "sig", "EC", "P-256")
    assert "d" not in first
    assert len(base64.urlsafe_b64decode(first["kid"] + "=")) == 32


@pytest.mark.parametrize("kind", ["p384", "rsa", "nonsense"])
def test_another_kind_of_key_is_refused_at_the_start(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "key.pem"
    if kind == "nonsense":
        path.write_bytes(b"nonsense")
    else:
        write(path, generate_private_key(SECP384R1()) if kind == "p384" else generate_rsa_key(65537, 2048))
    with pytest.raises(ValueError):
        SigningKeys(PemFile(path), ISSUER)


@given(st.text(max_size=200))
def test_text_that_is_no_token_is_a_coded_error(text: str) -> None:
    with pytest.raises(TokenInvalidError):
        _KEYS.verify(text, AUDIENCE)


def test_a_token_names_the_key_that_signed_it() -> None:
    header = jwt.get_unverified_header(_KEYS.sign({"sub": "x"}))
    assert header["kid"] == _KEYS.jwks["keys"][0]["kid"]
    assert header["alg"] == "ES256"


def test_a_token_that_names_no_key_or_anothers_is_invalid() -> None:
    key, stranger = new_key(), new_key()
    keys = SigningKeys(Source(key), ISSUER)
    named = jwt.get_unverified_header(keys.sign(CLAIMS))["kid"]
    for token in (jwt.encode(CLAIMS, key, "ES256"), jwt.encode(CLAIMS, stranger, "ES256", {"kid": named})):
        with pytest.raises(TokenInvalidError):
            keys.verify(token, AUDIENCE)


def test_two_keys_of_a_file_are_valid_and_the_first_signs(tmp_path: Path) -> None:
    former, newer = new_key(), new_key()
    before = SigningKeys(PemFile(write(tmp_path / "former.pem", former)), ISSUER)
    both = SigningKeys(PemFile(write(tmp_path / "both.pem", newer, former)), ISSUER)
    assert len(both.jwks["keys"]) == 2
    assert both.verify(before.sign(CLAIMS), AUDIENCE) == CLAIMS
    with pytest.raises(TokenInvalidError):
        before.verify(both.sign(CLAIMS), AUDIENCE)


async def test_a_new_key_takes_over_without_a_restart_and_the_former_stays_valid(tmp_path: Path) -> None:
    former, newer, time = new_key(), new_key(), Time()
    path = write(tmp_path / "key.pem", former)
    keys = SigningKeys(PemFile(path), ISSUER, time)
    old = keys.sign(CLAIMS)
    write(path, newer, former)
    time.now = REFRESH_SECONDS
    keys.verify(old, AUDIENCE)
    await keys.refreshed()
    new = keys.sign(CLAIMS)
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
    for token in (old, new):
        assert keys.verify(token, AUDIENCE) == CLAIMS
    write(path, newer)
    time.now = 2 * REFRESH_SECONDS
    keys.verify(new, AUDIENCE)
    await keys.refreshed()
    with pytest.raises(TokenInvalidError):
        keys.verify(old, AUDIENCE)


async def test_keys_go_on_while_their_source_is_away(tmp_path: Path) -> None:
    time = Time()
    path = write(tmp_path / "key.pem", new_key())
    keys = SigningKeys(PemFile(path), ISSUER, time)
    path.unlink()
    time.now = REFRESH_SECONDS
    token = keys.sign(CLAIMS)
    await keys.refreshed()
    assert keys.verify(token, AUDIENCE) == CLAIMS


_KEYS = SigningKeys(Source(new_key()), ISSUER, monotonic=lambda: 0.0)
