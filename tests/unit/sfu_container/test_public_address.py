"""The address that a machine has on the internet, as Azure's metadata service tells it."""

import json
from contextlib import AbstractContextManager

import pytest

from sfu_container.public_address import NoPublicAddressError, public_address, wait_for_public_address
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
