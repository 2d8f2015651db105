"""What settings a node starts with."""

import pytest
from pydantic import ValidationError

from sfu_container.config import Settings

GOOD_KEY = "x9" * 20


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "SERVICE_KEY": GOOD_KEY,
        "CONTROL_URL": "http://127.0.0.1:9000",
        "NODE_REGION": "westeurope",
        "NODE_TRACK": "canary",
        "MEDIA_BIND": "0.0.0.0",
        "MEDIA_ADDRESS": "203.0.113.5",
        "MEDIA_PORT": "3478",
        "HTTP_PORT": "8085",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"PARLEY_{name}", value)
    settings = Settings()
    assert (settings.control_url, settings.node_region, settings.node_track) == (
        "http://127.0.0.1:9000",
        "westeurope",
        "canary",
    )
    assert (settings.media_address, settings.media_port, settings.http_port) == ("203.0.113.5", 3478, 8085)
    assert settings.environment == "prod"


@pytest.mark.parametrize("key", ["tiny", "change-me-" + "x" * 40, "Change-Me-" + "x" * 40, "DEFAULT" + "x" * 40])
def test_weak_secrets_are_refused_outside_local_development(key: str) -> None:
    with pytest.raises(ValidationError, match="PARLEY_SERVICE_KEY") as refused:
        Settings(service_key=key)
    assert key not in str(refused.value.errors(include_input=False))
    assert Settings(service_key=key, environment="local").service_key.get_secret_value() == key


def test_a_missing_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_SERVICE_KEY", raising=False)
    with pytest.raises(ValidationError, match="service_key"):
        Settings()


@pytest.mark.parametrize("port", [0, 65_536])
def test_an_impossible_media_port_is_refused(port: int) -> None:
    with pytest.raises(ValidationError, match="media_port"):
        Settings(service_key=GOOD_KEY, media_port=port)


@pytest.mark.parametrize(
    ("bind", "port", "origin"),
    [
        ("10.40.32.5", 8085, "http://10.40.32.5:8085"),
        ("fd00:40::5", 8085, "http://[fd00:40::5]:8085"),
        ("0.0.0.0", 8085, None),
        ("::", 8085, None),
        ("localhost", 8085, None),
        ("10.40.32.5", 0, None),
    ],
)
def test_others_are_told_where_the_http_side_is_if_that_is_known(bind: str, port: int, origin: str | None) -> None:
    address = Settings(service_key=GOOD_KEY, http_bind=bind, http_port=port).http_address
    assert (address and address.origin) == origin
