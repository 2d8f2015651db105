"""Where a webhook may be: public addresses only, so that no tenant reaches our own network through us (SSRF).

The address is looked at when a socket to it is about to be opened. Whatever the URL said and however often a resolver
changes its mind, that is the address which is called.
Source: IANA's registries of special-purpose IPv4 and IPv6 addresses.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from function_app.errors import InvalidRequestError

MAXIMUM_URL_LENGTH = 2048

_PRIVATE_V4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own platform, seen from every virtual machine.
        "169.254.0.0/16",  # Link-local: the instance metadata service, with its identity tokens.
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
# All that is not global unicast is out, and with it the forms that embed an IPv4 address: mapped, compatible, NAT64.
_GLOBAL_V6 = IPv6Network("2000::/3")
_PRIVATE_V6 = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]

_NUMBER = re.compile(r"(?:0[xX])?[0-9a-fA-F]*|[0-9]+")

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""As `socket.getaddrinfo` gives it."""


class ForbiddenAddressError(OSError):
    """The address is not a public one."""


def is_public(address: str) -> bool:
    """Whether the address, in its canonical text, is one of the public Internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _PRIVATE_V4)
    return _is_public_v6(ip)


def _is_public_v6(ip: IPv6Address) -> bool:
    return ip.scope_id is None and ip in _GLOBAL_V6 and not any(ip in network for network in _PRIVATE_V6)


def public_socket(info: AddressInfo) -> socket.socket:
    """A socket for a connection to that address. Raises ForbiddenAddressError."""
    address = str(info[4][0])
    if not is_public(address):
        raise ForbiddenAddressError(f"{address} is not a public address")
    return any_socket(info)


def any_socket(info: AddressInfo) -> socket.socket:
    """A socket for a connection to any address: on a laptop, where receivers are on the same machine."""
    family, kind, protocol, *_ = info
    return socket.socket(family, kind, protocol)


def check_url(url: str, *, private_allowed: bool, target: str = "/url") -> None:
    """Raises InvalidRequestError when nothing may be sent there, as far as that can be told without a look-up.

    `target` is where the URL is in the body.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _invalid(target, "The URL is not valid.") from None
    if parts.scheme not in (("https", "http") if private_allowed else ("https",)):
        raise _invalid(target, "The URL must begin with https://.")
    if not host or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _invalid(target, "The URL must name a host, and hold no space or other character that has to be encoded.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _invalid(target, "The URL must hold no user, password or fragment.")
    if not private_allowed and not _may_be_public(host):
        raise _invalid(target, "The URL must name a public host.")


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        pass
    # Whatever ends in a number is an IPv4 address to somebody: 127.1, 0x7f.1, 017700000001.
    last = host.rstrip(".").rpartition(".")[2]
    return "." in host.rstrip(".") and not (last[:1].isdigit() and _NUMBER.fullmatch(last))


def _invalid(target: str, message: str) -> InvalidRequestError:
    return InvalidRequestError.parameter(target, message)
