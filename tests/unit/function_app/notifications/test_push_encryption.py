"""The encryption of push messages, against the example of RFC 8291, section 5 and appendix A."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from function_app.notifications.push_encryption import encrypted


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


POINT = decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
SECRET = decoded("BTBZMqHH6r4Tts7J_aSIgg")
SENDER = derive_private_key(int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), SECP256R1())
SALT = decoded("DGv6ra1nlYgDCS1FRnbzlw")
EXPECTED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc() -> None:
    body = encrypted(b"When I grow up, I want to be a watermelon", POINT, SECRET, SENDER, SALT)
    assert body == decoded(EXPECTED)


def test_the_same_message_is_never_the_same_bytes_twice() -> None:
    assert encrypted(b"x", POINT, SECRET) != encrypted(b"x", POINT, SECRET)


def test_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(ValueError):
        encrypted(b"x", b"\x04" + bytes(64), SECRET)
