"""Which addresses and URLs a webhook may have."""

import socket

import pytest

from function_app.errors import InvalidRequestError
from function_app.webhooks.addresses import ForbiddenAddressError, check_url, is_public, public_socket

FORBIDDEN = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.169.0.1", "223.255.255.255", "2606:4700::1111"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_what_is_not_of_the_public_internet_is_not_called(address: str) -> None:
    assert not is_public(address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(ForbiddenAddressError):
        public_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443)))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_public_internet_is_called(address: str) -> None:
    assert is_public(address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443))).close()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/a/b?c=d",
        "https://1.1.1.1/events",
        "https://[2606:4700::1111]/events",
        "https://abc.de/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_a_public_https_url_is_taken(url: str) -> None:
    check_url(url, private_allowed=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com",
        "http://example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:secret@example.com",
        "https://user@example.com",
        "https://example.com/#fragment",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://[::1",
        "https://exa mple.com",
        "https://example.com\\@169.254.169.254/",
        "https://example.com/\r\nHost: x",
        "https://bücher.example/",
        "https://localhost",
        "https://intranet/",
        "https://intranet./",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0x1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://example.0x1/",
        "https://169.254.169.254/metadata/identity",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1%25eth0]/",
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        check_url(url, private_allowed=False)
    assert raised.value.target == "/url"


def test_on_a_laptop_a_webhook_may_be_on_the_same_machine() -> None:
    check_url("http://127.0.0.1:8080/webhook-inbox", private_allowed=True)
    check_url("http://localhost:8080/webhook-inbox", private_allowed=True)
    with pytest.raises(InvalidRequestError):
        check_url("ftp://localhost", private_allowed=True)
