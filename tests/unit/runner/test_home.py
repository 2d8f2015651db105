"""The state folder: one run at a time, private files, secrets made once."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from function_app.tenants.api_keys import ApiKey
from local_azure.runner.errors import HomeError
from local_azure.runner.home import Home, write_private
from local_azure.runner.keys import load_keys


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "state" / "parley")
    with home.held():
        pass
    return home


def test_it_is_dot_run_unless_the_environment_says_otherwise() -> None:
    assert Home.from_environment({}).folder == Path.cwd() / ".run"
    assert Home.from_environment({"PARLEY_HOME": "/srv/parley"}).folder == Path("/srv/parley")


def test_a_second_run_is_refused_and_told_which_process_has_it(home: Home) -> None:
    with home.held(), pytest.raises(HomeError) as refusal, Home(home.folder).held():
        raise NotImplementedError
    assert f"(process {os.getpid()})" in str(refusal.value)
    assert "PARLEY_HOME=" in str(refusal.value)


def test_it_is_free_again_after_a_run(home: Home) -> None:
    with home.held():
        pass
    with home.held():
        pass


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="cannot be used: Not a directory"), Home(tmp_path / "file" / "home").held():
        raise NotImplementedError


def test_nobody_else_may_look_into_it(home: Home) -> None:
    load_keys(home)
    home.write_state({"ready": True})
    assert mode(home.folder) == 0o700
    assert {mode(path) for path in (home.secrets, home.signing_key, home.state)} == {0o600}


def test_a_file_is_replaced_as_a_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_private(path, "old")
    with path.open() as reader:
        write_private(path, "new and longer")
        assert reader.read() == "old"
    assert path.read_text() == "new and longer"
    assert list(tmp_path.iterdir()) == [path]


def test_state_can_be_cleared_twice(home: Home) -> None:
    home.write_state({"ready": True})
    assert json.loads(home.state.read_text()) == {"ready": True}
    home.clear_state()
    home.clear_state()
    assert not home.state.exists()


def test_secrets_are_made_once(home: Home) -> None:
    first, pem = load_keys(home), home.signing_key.read_bytes()
    assert load_keys(home) == first
    assert home.signing_key.read_bytes() == pem


def test_a_folder_of_an_older_version_keeps_its_secrets_and_gets_the_new_ones(home: Home) -> None:
    former = load_keys(home)
    older = {name: value for name, value in vars(former).items() if name not in ("acs_key", "web_push_key")}
    home.secrets.write_text(json.dumps(older))
    completed = load_keys(home)
    assert vars(completed).items() > older.items()
    assert completed.acs_key != former.acs_key
    assert load_keys(home) == completed


def test_two_folders_have_different_secrets(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    with other.held():
        one, two = load_keys(home), load_keys(other)
    assert not set(vars(one).values()) & set(vars(two).values())


def test_secrets_have_the_form_that_the_platform_asks_for(home: Home) -> None:
    keys = load_keys(home)
    ulid = keys.tenant.removeprefix("ten_")
    assert keys.api_key.startswith(f"parley_{ulid}_")
    key = ApiKey.parse(keys.api_key)
    assert key
    assert key.is_genuine(keys.api_key_pepper.encode())
    assert min(map(len, (keys.api_key_pepper, keys.service_key, keys.cosmos_key, keys.webpubsub_key))) >= 32
    signing_key = load_pem_private_key(home.signing_key.read_bytes(), password=None)
    assert isinstance(signing_key, EllipticCurvePrivateKey)
    assert isinstance(signing_key.curve, SECP256R1)


@pytest.mark.parametrize("content", ["", "[]", '{"tenant": "ten_"}', "{"])
def test_secrets_that_cannot_be_read_are_a_clear_error(home: Home, content: str) -> None:
    home.secrets.write_text(content)
    with pytest.raises(HomeError, match=r"secrets\.json cannot be read"):
        load_keys(home)
