"""Checks are read and answered as another STUN implementation expects."""

from __future__ import annotations

import pytest
from aioice import stun as other

from sfu_container.plain_engine import stun
from sfu_container.plain_engine.errors import BadInputError
from tests.unit.plain_engine.packets import stun_check


def test_a_check_is_read() -> None:
    request = stun.parse_binding_request(stun_check("ours", "secret"))
    assert request is not None
    assert (request.local_ufrag, request.use_candidate, request.unknown_attributes) == ("ours", True, ())
    assert request.is_signed_with("secret")
    assert not request.is_signed_with("wrong")


def test_a_check_that_does_not_nominate_is_told_apart() -> None:
    request = stun.parse_binding_request(stun_check("ours", "secret", nominate=False))
    assert request is not None
    assert not request.use_candidate


@pytest.mark.parametrize("remote", [("192.0.2.7", 40_000), ("2001:db8::7", 40_000)])
def test_the_answer_is_signed_and_tells_the_address_seen(remote: tuple[str, int]) -> None:
    answer = other.parse_message(stun.build_success(b"transaction!", remote, "secret"))

    assert (answer.message_method, answer.message_class) == (other.Method.BINDING, other.Class.RESPONSE)
    assert answer.transaction_id == b"transaction!"
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == remote
    assert answer.check_message_integrity(b"secret")
    assert "FINGERPRINT" in answer.attributes


def test_an_attribute_that_has_to_be_understood_is_answered_with_420() -> None:
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    message.attributes["CHANGE-REQUEST"] = 1
    message.add_message_integrity(b"secret")

    request = stun.parse_binding_request(bytes(message))
    assert request is not None
    assert request.unknown_attributes == (0x0003,)
    answer = other.parse_message(
        stun.build_unknown_attributes_error(request.transaction_id, request.unknown_attributes, "secret")
    )
    assert answer.error_code == 420
    assert answer.check_message_integrity(b"secret")


def test_an_indication_asks_for_nothing() -> None:
    indication = other.Message(other.Method.BINDING, other.Class.INDICATION)
    assert stun.parse_binding_request(bytes(indication)) is None


def without_username() -> bytes:
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.add_message_integrity(b"secret")
    return bytes(message)


def without_integrity() -> bytes:
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    return bytes(message)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="empty"),
        pytest.param(stun_check("ours", "secret")[:-4], id="cut short"),
        pytest.param(stun_check("ours", "secret")[:-1] + b"\0", id="wrong fingerprint"),
        pytest.param(b"\0\1\0\0" + bytes(16), id="wrong cookie"),
        pytest.param(b"\0\1\4\0\x21\x12\xa4\x42" + bytes(12 + 1024), id="too large"),
        pytest.param(b"\0\1\0\4\x21\x12\xa4\x42" + bytes(12) + b"\0\6\0\x08", id="attribute beyond the end"),
        pytest.param(bytes(other.Message(other.Method.BINDING, other.Class.RESPONSE)), id="response"),
        pytest.param(bytes(other.Message(other.Method.ALLOCATE, other.Class.REQUEST)), id="other method"),
        pytest.param(without_username(), id="no username"),
        pytest.param(without_integrity(), id="no integrity"),
    ],
)
def test_anything_else_is_refused(message: bytes) -> None:
    with pytest.raises(BadInputError, match="badStun"):
        stun.parse_binding_request(message)


def test_what_follows_the_signature_does_not_count() -> None:
    check = stun_check("ours", "secret", nominate=False)[:-8] + stun.attribute(stun.USE_CANDIDATE, b"")
    length = (len(check) - 20).to_bytes(2)
    request = stun.parse_binding_request(check[:2] + length + check[4:])
    assert request is not None
    assert not request.use_candidate
    assert request.is_signed_with("secret")
