"""Resource ids (`_rid`): base64 of the numbers of a resource and its parents, as the service builds them."""

from __future__ import annotations

import base64

_CONTAINER_MARK = 0x80000000


def database_rid(database: int) -> str:
    """Four bytes: the database."""
    return _encode(database.to_bytes(4, "big"))


def container_rid(database: int, container: int) -> str:
    """Eight bytes: the database and the container."""
    return _encode(database.to_bytes(4, "big") + (container | _CONTAINER_MARK).to_bytes(4, "big"))


def document_rid(database: int, container: int, document: int) -> str:
    """Sixteen bytes: the database, the container and the document."""
    return _encode(
        database.to_bytes(4, "big") + (container | _CONTAINER_MARK).to_bytes(4, "big") + document.to_bytes(8, "little")
    )


def offer_rid(offer: int) -> str:
    """Three bytes: the offer."""
    return _encode(offer.to_bytes(3, "big"))


def _encode(data: bytes) -> str:
    # A slash would end the path segment that the id stands in.
    return base64.b64encode(data, altchars=b"+-").decode()
