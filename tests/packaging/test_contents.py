"""What is in the package, and what is not."""

import subprocess
import sys
import zipfile
from pathlib import Path

from .conftest import ROOT

SCRIPT = ROOT / "scripts" / "package_functions.py"


def names(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as archive:
        return archive.namelist()


def test_the_package_holds_the_control_plane_and_nothing_else(package: Path) -> None:
    tops = {name.split("/")[0] for name in names(package)}
    assert tops == {"function_app", "parley_protocol", "function_app.py", "host.json", "requirements.txt"}


def test_the_package_holds_every_module_and_template_and_no_compiled_ones(package: Path) -> None:
    packaged = {name for name in names(package) if "/" in name}
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder in ("function_app", "parley_protocol")
        for suffix in ("py", "j2")
        for path in (ROOT / folder).rglob(f"*.{suffix}")
    }
    assert packaged == sources


def test_the_root_module_is_only_a_comment(unpacked: Path) -> None:
    lines = (unpacked / "function_app.py").read_text().splitlines()
    assert all(line.startswith("#") for line in lines)


def test_the_requirements_name_no_media_or_test_package(unpacked: Path) -> None:
    requirements = (unpacked / "requirements.txt").read_text()
    for name in ("aiortc", "pylibsrtp", "uvicorn", "pytest", "webpubsubclient", "lark"):
        assert name not in requirements
    assert "azure-cosmos==" in requirements


def test_the_same_sources_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    subprocess.run([sys.executable, SCRIPT, again], check=True)
    assert again.read_bytes() == package.read_bytes()


def test_the_functions_tools_would_take_the_same(package: Path) -> None:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    allowed = {line[1:].removesuffix("/**").removesuffix("/") for line in lines if line.startswith("!")}
    assert allowed == {name.split("/")[0] for name in names(package)}
