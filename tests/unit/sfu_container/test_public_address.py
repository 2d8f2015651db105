"""The address that a machine has on the internet, as Azure's metadata service tells it."""

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from sfu_container.public_address import NoPublicAddressError, main, public_address, wait_for_public_address
from tests.support.answers import answering


def told(address: str) -> bytes:
    addresses = [{"frontendIpAddress": address, "privateIpAddress": "10.40.32.4"}]
    return json.dumps({"loadbalancer": {"publicIpAddresses": addresses}}).encode()


def metadata_service(*answers: bytes) -> AbstractContextManager[str]:
    return answering(*answers, path="/metadata/loadbalancer?", headers={"Metadata": "true"})


def test_the_public_address_is_the_first_of_the_load_balancer() -> None:
    with metadata_service(told("20.31.4.7")) as origin:
        assert public_address(origin) == "20.31.4.7"


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"loadbalancer": {"publicIpAddresses": []}}', told("$(reboot)")])
def test_whatever_tells_no_address_is_an_error(answer: bytes) -> None:
    with metadata_service(answer) as origin, pytest.raises(NoPublicAddressError):
        public_address(origin)


def test_an_address_that_comes_late_is_waited_for() -> None:
    with metadata_service(b"", told("20.31.4.7")) as origin:
        assert wait_for_public_address(30, origin) == "20.31.4.7"


def test_it_is_written_where_another_container_reads_it(tmp_path: Path) -> None:
    with metadata_service(told("20.31.4.7")) as origin:
        assert main(["--file", str(tmp_path / "address")], origin) == 0
    assert (tmp_path / "address").read_text() == "20.31.4.7\n"


def test_a_command_finds_it_in_its_environment_without_a_shell() -> None:
    command = [sys.executable, "-c", "import os; print(os.environ['PARLEY_MEDIA_ADDRESS'])"]
    with metadata_service(told("20.31.4.7")) as origin:
        becoming = f"from sfu_container.public_address import main; main({['--', *command]!r}, {origin!r})"
        done = subprocess.run([sys.executable, "-c", becoming], capture_output=True, text=True, check=True)
    assert done.stdout == "20.31.4.7\n"
