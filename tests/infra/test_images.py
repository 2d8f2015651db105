"""The images hold what they run; compose.yaml runs what `make run` runs, on the same ports."""

import json
import re

import pytest
import yaml

from local_azure.runner.ports import DEFAULT_PORT
from scripts.infra import image_size
from scripts.infra.look import ROOT

DOCKERFILE = (ROOT / "k8s/images/local/Dockerfile").read_text()
SERVICE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["parley"]


def test_it_starts_what_make_run_starts() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (command,) = re.findall(r"@exec \$\(PYTHON\) -m (command_line run)\n", makefile)
    assert f"ENTRYPOINT {json.dumps(['python', '-m', *command.split()])}\n" in DOCKERFILE
    assert (ROOT / SERVICE["build"]["dockerfile"]).read_text() == DOCKERFILE


def test_its_ports_are_those_of_make_run_and_on_the_loopback_only() -> None:
    assert SERVICE["environment"]["PORT"] == f"${{PORT:-{DEFAULT_PORT}}}"
    assert SERVICE["network_mode"] == "host"
    assert "ports" not in SERVICE


def test_its_state_is_kept_and_nothing_else_can_be_written() -> None:
    assert SERVICE["environment"]["PARLEY_HOME"] == "/state"
    assert SERVICE["volumes"] == ["state:/state"]
    assert SERVICE["read_only"] is True


def test_the_images_hold_every_package_that_they_run() -> None:
    for name, packages in {
        "local": ("command_line", "costs", "function_app", "local_azure", "parley_protocol", "sfu_container"),
        "sfu": ("parley_protocol", "sfu_container"),
    }.items():
        dockerfile = (ROOT / f"k8s/images/{name}/Dockerfile").read_text()
        for package in packages:
            with_code = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py")}
            with_code = {folder for folder in with_code if "/forwarder" not in folder}
            whole = re.search(rf"^COPY {package} ", dockerfile, re.MULTILINE)
            copied = set(re.findall(r"^COPY (\S+?)(?:/\*\.py)? \./", dockerfile, re.MULTILINE))
            assert whole or with_code <= copied, (name, with_code - copied)


def test_every_image_that_ours_are_made_from_is_named_by_its_digest() -> None:
    for path in (ROOT / "k8s/images").glob("*/Dockerfile"):
        stages = re.findall(r"^FROM (\S+)(?: AS (\w+))?$", path.read_text(), re.MULTILINE)
        own = {name for _, name in stages}
        foreign = [image for image, _ in stages if image not in own]
        assert foreign
        assert all(re.search(r"@sha256:[0-9a-f]{64}$", image) for image in foreign)


def test_the_image_of_the_nodes_is_small_and_one_that_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert image_size.problems() == ()
    assert image_size.estimated()["packages"] > 100_000_000
    monkeypatch.setattr(image_size, "LIMIT_BYTES", 200_000_000)
    assert "the image of the nodes gets" in image_size.problems()[0]


def test_an_image_on_a_base_of_unknown_size_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_size, "BASES_BYTES", {})
    assert "is not known" in image_size.problems()[0]


def test_nothing_asks_the_image_of_the_nodes_for_a_shell() -> None:
    last_stage = (ROOT / "k8s/images/sfu/Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert "distroless" in last_stage
    assert "\nRUN " not in last_stage
    assert "/sh" not in (ROOT / "k8s/charts/sfu/templates/deployment.yaml").read_text()


def test_builders_get_the_sources_that_images_are_made_of_and_nothing_else_of_this_folder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied: set[str] = set()
    for dockerfile in (ROOT / "k8s/images").glob("*/Dockerfile"):
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile.read_text(), re.MULTILINE):
            copied |= {source.partition("/")[0] for source in sources.split()}
    assert "*" in lines
    assert copied == kept
    assert list((ROOT / "k8s/images").rglob("*.dockerignore")) == [], "a file beside a Dockerfile would be read instead"
