"""API keys, continuation tokens, TURN credentials and the signing key."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.api.continuation import Continuations
from function_app.errors import InvalidRequestError
from function_app.media.turn import LIFETIME_SECONDS, TurnServers
from function_app.tenants.api_keys import ApiKey

TENANT = "ten_01JD0000000000000000000000"
LISTING = (TENANT, "meetings")
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
    assert continuations.open(LISTING, continuations.seal(LISTING, continuation)) == continuation


@given(st.text(max_size=100))
def test_a_continuation_that_was_made_up_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequestError):
        Continuations(b"secret").open(LISTING, token)


def test_a_continuation_is_for_one_tenant() -> None:
    continuations = Continuations(b"secret")
    with pytest.raises(InvalidRequestError):
        continuations.open(("ten_other", "meetings"), continuations.seal(LISTING, "page 2"))


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
