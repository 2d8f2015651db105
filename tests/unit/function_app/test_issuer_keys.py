"""The keys of an issuer: fetched once, again when a token names an unknown one, and kept while the issuer is down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from function_app.directories.keys import PAUSE_AFTER_FAILURE_SECONDS, PAUSE_SECONDS, REFRESH_SECONDS, IssuerKeys
from function_app.errors import IssuerUnavailableError
from local_azure.entra.tokens import Tokens

AUTHORITY = "https://login.example/organizations/v2.0"
ISSUER = "https://login.example/{tenantid}/v2.0"
KEYS_URL = "https://login.example/keys"


class Issuer:
    """An issuer that can be down, and counts how often it is asked."""

    def __init__(self) -> None:
        self.tokens = Tokens()
        self.keys: dict[str, Any] = self.tokens.key_set(ISSUER)
        self.discovery: Any = {"issuer": ISSUER, "jwks_uri": KEYS_URL}
        self.is_up = True
        self.asked = 0
        self.now = 0.0

    async def fetch(self, url: str) -> Any:
        await asyncio.sleep(0)
        if not self.is_up:
            raise OSError("nobody answers")
        if url == KEYS_URL:
            self.asked += 1
            return self.keys
        assert url == f"{AUTHORITY}/.well-known/openid-configuration"
        return self.discovery

    def rotate(self) -> None:
        self.tokens.rotate()
        self.keys = self.tokens.key_set(ISSUER)

    @property
    def newest(self) -> str:
        return str(self.keys["keys"][0]["kid"])


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def keys(issuer: Issuer) -> IssuerKeys:
    return IssuerKeys(AUTHORITY, issuer.fetch, lambda: issuer.now)


async def test_a_hundred_tokens_at_once_cost_one_fetch(issuer: Issuer, keys: IssuerKeys) -> None:
    found = await asyncio.gather(*(keys.find(issuer.newest) for _ in range(100)))
    assert all(one and one[0] == ISSUER for one in found)
    assert issuer.asked == 1


async def test_an_unknown_key_is_asked_for_but_not_again_and_again(issuer: Issuer, keys: IssuerKeys) -> None:
    await keys.find(issuer.newest)
    issuer.rotate()
    assert await keys.find(issuer.newest) is None
    issuer.now += PAUSE_SECONDS
    assert await keys.find(issuer.newest)
    for number in range(50):
        assert await keys.find(f"made-up-{number}") is None
    assert issuer.asked == 2


async def test_known_keys_go_on_while_the_issuer_is_down(issuer: Issuer, keys: IssuerKeys) -> None:
    await keys.find(issuer.newest)
    issuer.is_up = False
    issuer.now += REFRESH_SECONDS
    for _ in range(2):
        assert await keys.find(issuer.newest)
        await keys.settled()
    assert await keys.find("unknown") is None


async def test_a_key_that_is_no_longer_published_is_known_for_an_hour(issuer: Issuer, keys: IssuerKeys) -> None:
    withdrawn = issuer.newest
    await keys.find(withdrawn)
    issuer.rotate()
    issuer.rotate()
    assert await keys.find(withdrawn)
    issuer.now += REFRESH_SECONDS
    assert await keys.find(withdrawn)
    await keys.settled()
    assert await keys.find(withdrawn) is None


async def test_before_the_first_answer_the_issuer_is_unavailable(issuer: Issuer, keys: IssuerKeys) -> None:
    issuer.is_up = False
    with pytest.raises(IssuerUnavailableError):
        await keys.find(issuer.newest)
    issuer.is_up = True
    with pytest.raises(IssuerUnavailableError):
        await keys.find(issuer.newest)
    issuer.now += PAUSE_AFTER_FAILURE_SECONDS
    assert await keys.find(issuer.newest)


@pytest.mark.parametrize(
    "discovery",
    [None, [], {}, {"issuer": ISSUER}, {"issuer": 1, "jwks_uri": KEYS_URL}, {"issuer": "", "jwks_uri": "x"}],
)
async def test_an_answer_that_makes_no_sense_is_none(issuer: Issuer, keys: IssuerKeys, discovery: object) -> None:
    issuer.discovery = discovery
    with pytest.raises(IssuerUnavailableError):
        await keys.find(issuer.newest)


async def test_only_keys_that_may_sign_tokens_count(issuer: Issuer, keys: IssuerKeys) -> None:
    weak = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)
    curve = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    good = issuer.keys["keys"][0]
    others = [{**weak, "kid": "weak"}, {**curve, "kid": "curve"}, {"kid": "empty", "kty": "RSA"}, {**good, "kid": 5}]
    others += [{**good, "kid": "encrypts", "use": "enc"}, {"kid": "secret", "kty": "oct", "k": "c2VjcmV0"}]
    issuer.keys = {"keys": [*others, good]}
    assert await keys.find(good["kid"])
    for name in ("weak", "curve", "empty", "5", "encrypts", "secret"):
        assert await keys.find(name) is None
