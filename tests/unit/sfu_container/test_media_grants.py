"""Which media grants let a Peer in."""

import time

import jwt
import pytest

from parley_protocol.grants import JOIN_AUDIENCE, MediaGrant
from parley_protocol.ids import new_id
from sfu_container.errors import GrantExpiredError, InvalidGrantError, WrongSessionError
from sfu_container.grants import GrantVerifier
from tests.unit.sfu_container.fakes import Signer, address_of, make_grant

NODE = new_id("nod")


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def verifier(signer: Signer) -> GrantVerifier:
    verifier = GrantVerifier(NODE)
    verifier.update(signer.jwks)
    return verifier


@pytest.fixture
def grant() -> MediaGrant:
    return make_grant(node=NODE)


def check(verifier: GrantVerifier, token: str, grant: MediaGrant, session: str = "") -> MediaGrant:
    return verifier.verify(token, address_of(grant), session or grant.session)


def test_a_good_grant_is_returned(verifier: GrantVerifier, signer: Signer, grant: MediaGrant) -> None:
    assert check(verifier, signer.sign(grant), grant) == grant


def test_an_expired_grant_is_named_so(verifier: GrantVerifier, signer: Signer, grant: MediaGrant) -> None:
    token = signer.sign(grant, exp=int(time.time()) - 60)
    with pytest.raises(GrantExpiredError):
        check(verifier, token, grant)


def test_a_grant_of_another_session_is_named_so(verifier: GrantVerifier, signer: Signer, grant: MediaGrant) -> None:
    with pytest.raises(WrongSessionError):
        check(verifier, signer.sign(grant), grant, session=new_id("ses"))
    elsewhere = make_grant(node=NODE, participant=grant.sub)
    with pytest.raises(WrongSessionError):
        check(verifier, signer.sign(elsewhere), grant)


@pytest.mark.parametrize(
    "changes",
    [
        {"node": new_id("nod")},
        {"sub": new_id("par")},
        {"tenant": new_id("ten")},
        {"meeting": "other"},
        {"aud": JOIN_AUDIENCE},
        {"peer": "peer_nonsense"},
        {"grants": {"publish": ["everything"]}},
        {"name": ""},
    ],
)
def test_a_grant_for_something_else_is_invalid(
    verifier: GrantVerifier, signer: Signer, grant: MediaGrant, changes: dict[str, object]
) -> None:
    with pytest.raises(InvalidGrantError):
        check(verifier, signer.sign(grant, **changes), grant)


def test_a_forged_grant_is_invalid(verifier: GrantVerifier, grant: MediaGrant) -> None:
    with pytest.raises(InvalidGrantError):
        check(verifier, Signer().sign(grant), grant)
    with pytest.raises(InvalidGrantError):
        check(verifier, Signer("other-key").sign(grant), grant)


def test_a_grant_signed_another_way_is_invalid(verifier: GrantVerifier, signer: Signer, grant: MediaGrant) -> None:
    claims = grant.model_dump(mode="json")
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": signer.key_id})
    symmetric = jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": signer.key_id})
    for token in (unsigned, symmetric):
        with pytest.raises(InvalidGrantError):
            check(verifier, token, grant)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "\ud800", "." * 100, "é.é.é"])
def test_what_is_no_token_is_invalid(verifier: GrantVerifier, grant: MediaGrant, token: str) -> None:
    with pytest.raises(InvalidGrantError):
        check(verifier, token, grant)


def test_a_grant_without_expiry_is_invalid(verifier: GrantVerifier, signer: Signer, grant: MediaGrant) -> None:
    claims = grant.model_dump(mode="json")
    del claims["exp"]
    token = jwt.encode(claims, signer.key, algorithm="ES256", headers={"kid": signer.key_id})
    with pytest.raises(InvalidGrantError):
        check(verifier, token, grant)


def test_new_keys_take_over_from_the_old(verifier: GrantVerifier, signer: Signer, grant: MediaGrant) -> None:
    newer = Signer("k2")
    verifier.update({"keys": [*signer.jwks["keys"], *newer.jwks["keys"]]})
    check(verifier, signer.sign(grant), grant)
    check(verifier, newer.sign(grant), grant)
    verifier.update(newer.jwks)
    with pytest.raises(InvalidGrantError):
        check(verifier, signer.sign(grant), grant)


def test_grants_from_before_a_removal_are_void_and_later_ones_good(
    verifier: GrantVerifier, signer: Signer, grant: MediaGrant
) -> None:
    verifier.void(grant.sub, grant.iat)
    verifier.void(new_id("par"), grant.iat + 60)
    with pytest.raises(InvalidGrantError):
        check(verifier, signer.sign(grant), grant)
    later = grant.model_copy(update={"iat": grant.iat + 1})
    assert check(verifier, signer.sign(later), later) == later


@pytest.mark.parametrize("jwks", [{}, {"keys": []}, {"keys": [{}]}, {"keys": "x"}, {"keys": [{"kty": "EC"}]}, {"a": 1}])
def test_keys_that_cannot_be_read_leave_the_old_in_place(
    verifier: GrantVerifier, signer: Signer, grant: MediaGrant, jwks: dict[str, object]
) -> None:
    verifier.update(jwks)
    check(verifier, signer.sign(grant), grant)


def test_without_keys_no_grant_is_good(signer: Signer, grant: MediaGrant) -> None:
    with pytest.raises(InvalidGrantError):
        check(GrantVerifier(NODE), signer.sign(grant), grant)
