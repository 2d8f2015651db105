"""If-Match and If-None-Match (RFC 9110, section 13)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.api.conditional import EntityTags, RequestConditions
from function_app.errors import InvalidRequestError, PreconditionFailedError


def tags(value: str) -> EntityTags:
    return EntityTags.parse("If-Match", value)


@pytest.mark.parametrize(
    ("header", "strong", "known"),
    [
        ('"a"', frozenset("a"), frozenset("a")),
        ('W/"a"', frozenset(), frozenset("a")),
        ('"a", W/"b" ,"c"', frozenset("ac"), frozenset("abc")),
        ('""', frozenset([""]), frozenset([""])),
    ],
)
def test_a_header_is_a_list_of_tags(header: str, strong: frozenset[str], known: frozenset[str]) -> None:
    parsed = tags(header)
    assert (parsed.strong, parsed.known, parsed.anything) == (strong, known, False)


def test_a_star_stands_for_anything() -> None:
    assert tags(" * ").anything


@given(st.text(max_size=50))
def test_any_other_text_is_a_coded_error(text: str) -> None:
    with suppress(InvalidRequestError):
        tags(text)


def test_a_header_of_any_length_is_refused_in_no_time() -> None:
    with pytest.raises(InvalidRequestError):
        tags('"a",' * 100_000)


@pytest.mark.parametrize(
    ("header", "version", "holds"),
    [('"1"', "1", True), ('"2"', "1", False), ('W/"1"', "1", False), ("*", "1", True), ("*", None, False)],
)
def test_if_match_compares_strongly(header: str, version: str | None, holds: bool) -> None:
    conditions = RequestConditions(if_match=tags(header))
    if holds:
        conditions.check(version)
    else:
        with pytest.raises(PreconditionFailedError):
            conditions.check(version)


@pytest.mark.parametrize(
    ("header", "version", "holds"),
    [('"1"', "1", False), ('W/"1"', "1", False), ('"2"', "1", True), ("*", "1", False), ("*", None, True)],
)
def test_if_none_match_compares_weakly(header: str, version: str | None, holds: bool) -> None:
    conditions = RequestConditions(if_none_match=tags(header))
    if holds:
        conditions.check(version)
    else:
        with pytest.raises(PreconditionFailedError):
            conditions.check(version)
