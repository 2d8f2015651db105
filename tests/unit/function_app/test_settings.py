"""The settings: what is refused where."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from function_app.config import Environment, OpenMeeting, Settings

TENANT = "ten_01JD0000000000000000000000"
GOOD_SECRET = "k3Jd82jf0aLmQz91Xc7Vb5Nn4Tt6Yy0Uu"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The least that is needed; production, as nothing says otherwise."""
    for name, value in {
        "PARLEY_PUBLIC_URL": "https://meet.example/",
        "PARLEY_COSMOS_ENDPOINT": "https://db.example",
        "PARLEY_WEBPUBSUB_ENDPOINT": "https://signalling.example",
        "PARLEY_SIGNING_KEY_FILE": "/keys/signing.pem",
        "PARLEY_API_KEY_PEPPER": GOOD_SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_least_is_enough() -> None:
    settings = Settings()
    assert settings.environment is Environment.PROD
    assert settings.public_url == "https://meet.example"
    assert settings.signing_key_file == Path("/keys/signing.pem")
    assert settings.cosmos_key is None
    assert settings.turn_urls == ()


@pytest.mark.parametrize("name", ["PARLEY_PUBLIC_URL", "PARLEY_COSMOS_ENDPOINT", "PARLEY_API_KEY_PEPPER"])
def test_what_is_needed_is_named_when_it_is_missing(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(ValidationError, match=name.removeprefix("PARLEY_").lower()):
        Settings()


def test_signing_keys_have_one_place(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARLEY_KEY_VAULT_URL", "https://vault.example")
    with pytest.raises(ValidationError, match="PARLEY_KEY_VAULT_URL"):
        Settings()
    environment.delenv("PARLEY_SIGNING_KEY_FILE")
    assert Settings().key_vault_url == "https://vault.example"
    environment.delenv("PARLEY_KEY_VAULT_URL")
    with pytest.raises(ValidationError, match="PARLEY_SIGNING_KEY_FILE"):
        Settings()


def test_an_empty_variable_is_an_absent_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARLEY_REDIS_URL", "")
    environment.setenv("PARLEY_TURN_URLS", "")
    assert Settings().redis_url is None
    assert Settings().turn_urls == ()


def test_turn_urls_are_a_list_with_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARLEY_TURN_URLS", "turn:a.example:3478, turns:a.example:5349?transport=tcp,")
    assert Settings().turn_urls == ("turn:a.example:3478", "turns:a.example:5349?transport=tcp")


def test_networks_of_nodes_are_a_list_with_commas_and_none_by_default(environment: pytest.MonkeyPatch) -> None:
    assert Settings().node_networks == ()
    environment.setenv("PARLEY_NODE_NETWORKS", "10.40.32.0/20, fd00:40::/64")
    assert Settings().node_networks == (ip_network("10.40.32.0/20"), ip_network("fd00:40::/64"))
    environment.setenv("PARLEY_NODE_NETWORKS", "nodes.example")
    with pytest.raises(ValidationError, match="node_networks"):
        Settings()


@pytest.mark.parametrize(
    "secret",
    [
        "tiny-secret",
        "please-change-me-please-change-me-please",
        "default" * 8,
        "@Microsoft.KeyVault(VaultName=kv-parley-dev;SecretName=service-key)",
    ],
)
@pytest.mark.parametrize("name", ["API_KEY_PEPPER", "SERVICE_KEY", "WEBPUBSUB_KEY", "COSMOS_KEY", "TURN_SECRET"])
def test_a_weak_secret_is_refused_outside_a_laptop(environment: pytest.MonkeyPatch, name: str, secret: str) -> None:
    environment.setenv(f"PARLEY_{name}", secret)
    with pytest.raises(ValidationError, match=f"PARLEY_{name}") as refusal:
        Settings()
    assert secret not in str(refusal.value)
    environment.setenv("PARLEY_ENVIRONMENT", "local")
    Settings()


def test_an_open_meeting_is_only_for_a_laptop(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARLEY_OPEN_MEETING", f"{TENANT}/demo")
    with pytest.raises(ValidationError, match="PARLEY_OPEN_MEETING"):
        Settings()
    environment.setenv("PARLEY_ENVIRONMENT", "local")
    assert Settings().open_meeting == OpenMeeting(tenant=TENANT, meeting="demo")


@pytest.mark.parametrize("value", ["demo", f"{TENANT}/", "/demo", "ten_x/demo", f"{TENANT}/../demo"])
def test_a_malformed_open_meeting_is_refused(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("PARLEY_ENVIRONMENT", "local")
    environment.setenv("PARLEY_OPEN_MEETING", value)
    with pytest.raises(ValidationError, match="open_meeting"):
        Settings()


@pytest.mark.parametrize("value", ["localhost:8080", "ftp://x", "https://", "javascript:alert(1)"])
def test_a_url_that_is_none_is_refused(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("PARLEY_PUBLIC_URL", value)
    with pytest.raises(ValidationError, match="public_url"):
        Settings()


def test_no_secret_is_shown_in_the_settings_text(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARLEY_SERVICE_KEY", GOOD_SECRET)
    assert GOOD_SECRET not in repr(Settings())


def test_where_people_sign_in_and_who_asks_go_together(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARLEY_SIGN_IN_AUTHORITY", "https://login.example/v2.0")
    with pytest.raises(ValidationError, match="PARLEY_SIGN_IN_CLIENT_ID"):
        Settings()
    environment.setenv("PARLEY_SIGN_IN_CLIENT_ID", "client")
    assert Settings().sign_in_client_id == "client"
    environment.setenv("PARLEY_ENTRA_AUDIENCE", "client")
    with pytest.raises(ValidationError, match="two registrations"):
        Settings()


@pytest.mark.parametrize("name", ["ENTRA_AUTHORITY", "SIGN_IN_AUTHORITY"])
def test_an_issuer_without_tls_is_only_for_a_laptop(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv("PARLEY_SIGN_IN_AUTHORITY", "https://login.example/v2.0")
    environment.setenv("PARLEY_SIGN_IN_CLIENT_ID", "client")
    environment.setenv(f"PARLEY_{name}", "http://login.example/v2.0")
    with pytest.raises(ValidationError, match=f"PARLEY_{name}"):
        Settings()
    environment.setenv("PARLEY_ENVIRONMENT", "local")
    Settings()
