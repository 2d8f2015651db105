"""Reading the body of a PATCH: an SDP fragment with ICE news of the client (RFC 8840, 9)."""

from __future__ import annotations

import re

from sfu_container.errors import InvalidOfferError

MAX_LINES = 500

_UFRAG = re.compile(r"a=ice-ufrag:([A-Za-z0-9+/=_-]{4,256})", re.ASCII)
_PWD = re.compile(r"a=ice-pwd:([A-Za-z0-9+/=_-]{22,256})", re.ASCII)
_LINE = re.compile(r"[a-z]=.{1,2048}", re.ASCII)


def read_ufrag(fragment: str) -> str:
    """The user fragment of the ICE session that the fragment is about.

    Its candidates do not matter to an ICE-lite node, which answers whoever knows the password.

    Raises:
        InvalidOfferError: it is no fragment, or does not name one ICE session.
    """
    lines = fragment.splitlines()
    if not lines or len(lines) > MAX_LINES or not all(_LINE.fullmatch(line) for line in lines):
        raise InvalidOfferError("the body is not an SDP fragment")
    ufrags = {found[1] for line in lines if (found := _UFRAG.fullmatch(line))}
    passwords = {found[1] for line in lines if (found := _PWD.fullmatch(line))}
    if len(ufrags) != 1 or len(passwords) != 1:
        raise InvalidOfferError("the fragment must have one ice-ufrag and one ice-pwd")
    return ufrags.pop()
