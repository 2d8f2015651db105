"""The built-in functions."""

from __future__ import annotations

import re

import pytest

from local_azure.cosmos.sql.errors import QueryError, QueryTooLargeError, UnsupportedQueryError
from local_azure.cosmos.sql.functions import FUNCTIONS
from tests.unit.cosmos_sql.queries import evaluate

UNDEFINED = "undefined"

CASES = [
    ("ABS(-2)", 2),
    ("ABS('a')", UNDEFINED),
    ("ARRAY_CONCAT([1], [2], [])", [1, 2]),
    ("ARRAY_CONCAT([1], 2)", UNDEFINED),
    ("ARRAY_CONTAINS([1, 'a'], 'a')", True),
    ("ARRAY_CONTAINS([1], '1')", False),
    ("ARRAY_CONTAINS([{a: 1, b: 2}], {a: 1})", False),
    ("ARRAY_CONTAINS([{a: 1, b: 2}], {a: 1}, true)", True),
    ("ARRAY_CONTAINS([{a: 1, b: 2}], {c: 1}, true)", False),
    ("ARRAY_CONTAINS('a', 'a')", UNDEFINED),
    ("ARRAY_CONTAINS_ALL([1, 2, 3], 1, 3)", True),
    ("ARRAY_CONTAINS_ALL([1, 2, 3], 1, 4)", False),
    ("ARRAY_CONTAINS_ANY([1, 2, 3], 9, 3)", True),
    ("ARRAY_CONTAINS_ANY([1, 2, 3], 9, 8)", False),
    ("ARRAY_LENGTH([1, 2])", 2),
    ("ARRAY_LENGTH('ab')", UNDEFINED),
    ("ARRAY_SLICE([1, 2, 3], 1)", [2, 3]),
    ("ARRAY_SLICE([1, 2, 3], -2, 1)", [2]),
    ("CEILING(1.2)", 2),
    ("CONCAT('a', 'b', 'c')", "abc"),
    ("CONCAT('a', 1)", UNDEFINED),
    ("CONTAINS('Parley', 'ARL')", False),
    ("CONTAINS('Parley', 'ARL', true)", True),
    ("CONTAINS('Parley', 1)", UNDEFINED),
    ("ENDSWITH('Parley', 'ley')", True),
    ("FLOOR(-1.2)", -2),
    ("IIF(1 < 2, 'yes', 'no')", "yes"),
    ("IIF(undefined, 'yes', 'no')", "no"),
    ("INDEX_OF('abcabc', 'c')", 2),
    ("INDEX_OF('abcabc', 'c', 3)", 5),
    ("INDEX_OF('abc', 'x')", -1),
    ("IS_ARRAY([])", True),
    ("IS_BOOL(false)", True),
    ("IS_BOOL(0)", False),
    ("IS_DEFINED(c.absent)", False),
    ("IS_DEFINED(null)", True),
    ("IS_INTEGER(3)", True),
    ("IS_INTEGER(3.5)", False),
    ("IS_NULL(null)", True),
    ("IS_NULL(c.absent)", False),
    ("IS_NUMBER(true)", False),
    ("IS_OBJECT({})", True),
    ("IS_PRIMITIVE('a')", True),
    ("IS_PRIMITIVE([])", False),
    ("IS_STRING('a')", True),
    ("LEFT('abc', 2)", "ab"),
    ("LEFT('abc', -1)", ""),
    ("LENGTH('abc')", 3),
    ("LENGTH(3)", UNDEFINED),
    ("LOWER('AbC')", "abc"),
    ("LTRIM('  a ')", "a "),
    ("POWER(2, 10)", 1024),
    ("POWER(-1, 0.5)", UNDEFINED),
    ("REPLACE('aXbX', 'X', '-')", "a-b-"),
    ("REPLACE('abc', '', '-')", "abc"),
    ("REVERSE('abc')", "cba"),
    ("RIGHT('abc', 2)", "bc"),
    ("RIGHT('abc', 0)", ""),
    ("ROUND(2.5)", 3),
    ("ROUND(-2.5)", -3),
    ("RTRIM(' a  ')", " a"),
    ("SIGN(-3)", -1),
    ("SQRT(9)", 3),
    ("SQRT(-1)", UNDEFINED),
    ("STARTSWITH('Parley', 'par')", False),
    ("startswith('Parley', 'par', true)", True),
    ("STRINGEQUALS('A', 'a')", False),
    ("STRINGEQUALS('A', 'a', true)", True),
    ("SUBSTRING('abcdef', 2, 3)", "cde"),
    ("TRIM(' a ')", "a"),
    ("TRUNC(-1.7)", -1),
    ("UPPER('a')", "A"),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_a_function_gives(expression: str, expected: object) -> None:
    value = evaluate(expression)
    assert value == expected
    assert type(value) is type(expected)


def test_every_function_is_covered() -> None:
    tested = {re.split(r"\W", expression)[0].upper() for expression, _ in CASES}
    assert tested | {"GETCURRENTDATETIME", "GETCURRENTTIMESTAMP"} == FUNCTIONS.keys()


def test_the_time_functions_agree() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", str(evaluate("GetCurrentDateTime()")))
    assert isinstance(evaluate("GetCurrentTimestamp()"), int)


def test_an_unknown_function_is_unsupported() -> None:
    with pytest.raises(UnsupportedQueryError, match="ST_DISTANCE"):
        evaluate("ST_DISTANCE(c.a, c.b)")


@pytest.mark.parametrize("expression", ["ABS()", "ABS(1, 2)", "SUBSTRING('a', 1)", "GetCurrentTimestamp(1)"])
def test_a_wrong_number_of_arguments_is_an_error(expression: str) -> None:
    with pytest.raises(QueryError, match="arguments"):
        evaluate(expression)


@pytest.mark.parametrize(
    "expression", ["REPLACE(@s, 'a', @s)", "CONCAT(@s, @s, @s, @s, @s)", "@s || @s || @s || @s || @s"]
)
def test_a_string_that_would_fill_the_memory_is_stopped(expression: str) -> None:
    with pytest.raises(QueryTooLargeError):
        evaluate(expression, s="a" * 1_000_000)
