"""API keys, continuation tokens, TURN credentials and the signing key."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from function_app.api.continuation import Continuations
from function_app.errors import InvalidRequestError, TokenInvalidError
from function_app.media.turn import LIFETIME_SECONDS, TurnServers
from function_app.signing import SigningKey
from function_app.tenants.api_keys import ApiKey

TENANT = "ten_01JD0000000000000000000000"
PEPPER = b"a pepper"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_key_names_its_tenant() -> None:
    key = ApiKey.generate(TENANT, PEPPER)
    assert ApiKey.parse(key.text) == key
    assert key.tenant == TENANT


@pytest.mark.parametrize("position", [8, 34, -10, -1])
def test_a_key_is_genuine_only_as_it_was_made(position: int) -> None:
    text = ApiKey.generate(TENANT, PEPPER).text
    other = "1" if text[position] != "1" else "2"
    changed = ApiKey.parse(text[:position] + other + text[position:][1:])
    assert ApiKey(TENANT, text).is_genuine(PEPPER)
    assert changed is not None
    assert not changed.is_genuine(PEPPER)
    assert not ApiKey(TENANT, text).is_genuine(b"another pepper")


def test_a_keys_text_form_does_not_show_it() -> None:
    key = ApiKey.generate(TENANT, PEPPER)
    assert key.text not in repr(key)


@given(st.text(max_size=200))
def test_other_text_is_no_key(text: str) -> None:
    assert ApiKey.parse(text) is None


def test_the_digest_depends_on_the_pepper() -> None:
    key = ApiKey.generate(TENANT, PEPPER)
    assert key.digest(b"a") != key.digest(b"b")
    assert key.digest(b"a") == hmac.new(b"a", key.text.encode(), hashlib.sha256).hexdigest()


@given(st.text())
def test_a_continuation_comes_back_as_it_was(continuation: str) -> None:
    try:
        continuation.encode()
    except UnicodeEncodeError:
        return
    continuations = Continuations(b"secret")
    assert continuations.open(TENANT, continuations.seal(TENANT, continuation)) == continuation


@given(st.text(max_size=100))
def test_a_continuation_that_was_made_up_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequestError):
        Continuations(b"secret").open(TENANT, token)


def test_a_continuation_is_for_one_tenant() -> None:
    continuations = Continuations(b"secret")
    with pytest.raises(InvalidRequestError):
        continuations.open("ten_other", continuations.seal(TENANT, "page 2"))


def test_turn_credentials_are_what_coturn_computes() -> None:
    [server] = TurnServers(["turn:a.example:3478"], "secret", lambda: NOW).for_participant("par_1")
    expiry = int(NOW.timestamp()) + LIFETIME_SECONDS
    assert server.username == f"{expiry}:par_1"
    expected = hmac.new(b"secret", server.username.encode(), hashlib.sha1).digest()
    assert server.credential == base64.b64encode(expected).decode()


def test_without_turn_servers_there_are_none() -> None:
    assert TurnServers([], "secret", lambda: NOW).for_participant("par_1") == []


def test_servers_without_a_secret_have_no_credentials() -> None:
    [server] = TurnServers(["stun:a.example"], None, lambda: NOW).for_participant("par_1")
    assert server.username is None


def test_the_keys_name_is_its_thumbprint() -> None:
    key = generate_private_key(SECP256R1())
    [first] = SigningKey(key, "https://a.example").jwks["keys"]
    [second] = SigningKey(key, "https://b.example").jwks["keys"]
    assert first == second
    assert (first["alg"], first["use"], first["kty"], first["crv"]) == ("ES256", "sig", "EC", "P-256")
    assert "d" not in first
    assert len(base64.urlsafe_b64decode(first["kid"] + "=")) == 32


@pytest.mark.parametrize("kind", ["p384", "rsa", "nonsense"])
def test_another_kind_of_key_is_refused_at_the_start(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"nonsense")
    if kind != "nonsense":
        key = generate_private_key(SECP384R1()) if kind == "p384" else generate_rsa_key(65537, 2048)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError):
        SigningKey.from_file(path, "https://a.example")


@given(st.text(max_size=200))
def test_text_that_is_no_token_is_a_coded_error(text: str) -> None:
    with pytest.raises(TokenInvalidError):
        _KEY.verify(text, "parley-join")


def test_a_token_names_the_key_that_signed_it() -> None:
    header = jwt.get_unverified_header(_KEY.sign({"sub": "x"}))
    assert header["kid"] == _KEY.jwks["keys"][0]["kid"]
    assert header["alg"] == "ES256"


_KEY = SigningKey(generate_private_key(SECP256R1()), "https://a.example")
