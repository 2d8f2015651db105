"""Binding sockets, and telling who is behind a remote address."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address

_IPV6_NETWORK_BYTES = 8


def network_of(host: str) -> bytes:
    """What one customer of a provider has to send from: an IPv4 address, or a /64 network of IPv6 (RFC 6177)."""
    address = ip_address(host)
    return address.packed if isinstance(address, IPv4Address) else address.packed[:_IPV6_NETWORK_BYTES]


def bind(address: tuple[str, int], kind: socket.SocketKind) -> socket.socket:
    """A socket that does not block, bound to an IPv4 or IPv6 address; raises `OSError`."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setblocking(False)
        if family == socket.AF_INET6:
            # Mapped IPv4 addresses would not match what a STUN answer has to say.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
