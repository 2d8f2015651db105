"""Whose directory a token is of, by the issuers that Microsoft's directories have."""

from __future__ import annotations

from typing import Any

import pytest

from function_app.directories.keys import IssuerKeys
from function_app.directories.tokens import DirectoryTokens
from function_app.errors import TokenInvalidError
from local_azure.entra.tokens import Tokens

DIRECTORY = "5f1c7a52-3d0e-4c61-9b57-0a2c6d0e8f11"
OTHER = "0d6b1c9a-7e55-4d57-9d39-2f6bd0c46a8f"
AUDIENCE = "an-api"
SHARED = "https://login.microsoftonline.com/{tenantid}/v2.0"
EXTERNAL_ID = f"https://{DIRECTORY}.ciamlogin.com/{DIRECTORY}/v2.0"
B2C = f"https://contoso.b2clogin.com/{DIRECTORY}/v2.0/"
B2C_POLICY = f"https://contoso.b2clogin.com/tfp/{DIRECTORY}/b2c_1_signin/v2.0/"

_tokens = Tokens()


async def directory_of(issuer: str, **claims: Any) -> str:
    """The directory of a token with these claims, where that is the issuer."""

    async def fetch(url: str) -> Any:
        return _tokens.key_set(issuer) if url == discovery["jwks_uri"] else discovery

    discovery = {"issuer": issuer, "jwks_uri": "https://login.example/keys"}
    verifier = DirectoryTokens(IssuerKeys("https://login.example", fetch), AUDIENCE)
    token = _tokens.sign("", "", AUDIENCE, {"sub": "ann", **claims})
    return (await verifier.verify(token)).directory


@pytest.mark.parametrize(
    ("issuer", "iss"),
    [
        (SHARED, f"https://login.microsoftonline.com/{DIRECTORY}/v2.0"),
        (EXTERNAL_ID, EXTERNAL_ID),
        (B2C, B2C),
        (B2C_POLICY, B2C_POLICY),
    ],
)
async def test_the_issuer_names_the_directory(issuer: str, iss: str) -> None:
    assert await directory_of(issuer, iss=iss, tid=DIRECTORY) == DIRECTORY
    assert await directory_of(issuer, iss=iss, tid=DIRECTORY.upper()) == DIRECTORY
    with pytest.raises(TokenInvalidError):
        await directory_of(issuer, iss=iss, tid=OTHER)


@pytest.mark.parametrize(
    ("issuer", "iss"),
    [
        (SHARED, f"https://login.microsoftonline.com/{DIRECTORY}/v2.0/"),
        (SHARED, f"https://login.microsoftonline.com.evil.example/{DIRECTORY}/v2.0"),
        (SHARED, f"https://login.microsoftonline.com/{DIRECTORY}"),
        (SHARED, "https://login.microsoftonline.com/organizations/v2.0"),
        (SHARED, SHARED),
        (EXTERNAL_ID, EXTERNAL_ID.replace(DIRECTORY, OTHER)),
        (B2C, B2C.rstrip("/")),
        ("https://login.example", "https://login.example"),
    ],
)
async def test_another_issuer_is_not_trusted(issuer: str, iss: str) -> None:
    with pytest.raises(TokenInvalidError):
        await directory_of(issuer, iss=iss, tid=DIRECTORY)
