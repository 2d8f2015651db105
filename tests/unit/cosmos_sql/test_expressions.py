"""Operators, and what undefined does to them."""

from __future__ import annotations

import pytest

from local_azure.cosmos.sql.errors import QueryError
from tests.unit.cosmos_sql.queries import evaluate

UNDEFINED = "undefined"
DOCUMENT = {"n": 5, "s": "text", "t": True, "z": None, "list": [1, "two", [3]], "deep": {"a b": {"c": 1}}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1", 1),
        ("1.50", 1.5),
        (".5", 0.5),
        ("2e3", 2000),
        ("-7", -7),
        ("'it\\'s'", "it's"),
        ('"a\\n\\u00e9\\ud83d\\ude00"', "a\né😀"),
        ("TRUE", True),
        ("null", None),
        ("undefined", UNDEFINED),
        ("[1, undefined, 'a']", [1, "a"]),
        ("{a: 1, 'b c': undefined, \"d\": []}", {"a": 1, "d": []}),
    ],
)
def test_literals(expression: str, expected: object) -> None:
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("c.n", 5),
        ('c["n"]', 5),
        ("c.deep['a b'].c", 1),
        ("c.list[1]", "two"),
        ("c.list[2][0]", 3),
        ("c.list[9]", UNDEFINED),
        ("c.list['0']", UNDEFINED),
        ("c.absent.deeper", UNDEFINED),
        ("c.s.length", UNDEFINED),
        ("c[@name]", 5),
    ],
)
def test_paths(expression: str, expected: object) -> None:
    assert evaluate(expression, DOCUMENT, name="n") == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 = 1.0", True),
        ("1 = '1'", False),
        ("1 != '1'", True),
        ("1 <> 2", True),
        ("true = 1", False),
        ("null = null", True),
        ("[1, {a: 2}] = [1, {'a': 2}]", True),
        ("[1] = [true]", False),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("c.absent = c.absent", UNDEFINED),
        ("c.absent != 1", UNDEFINED),
        ("2 > 1", True),
        ("'b' >= 'a'", True),
        ("2 > 'a'", UNDEFINED),
        ("null < 1", UNDEFINED),
        ("null <= null", True),
        ("false < true", True),
        ("[1] < [2]", UNDEFINED),
    ],
)
def test_comparisons(expression: str, expected: object) -> None:
    assert evaluate(expression, DOCUMENT) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true AND true", True),
        ("true AND c.absent", UNDEFINED),
        ("c.absent AND false", False),
        ("true OR c.absent", True),
        ("c.absent OR true", True),
        ("false OR c.absent", UNDEFINED),
        ("1 AND true", UNDEFINED),
        ("NOT true", False),
        ("NOT c.absent", UNDEFINED),
        ("NOT 1", UNDEFINED),
        ("NOT NOT true", True),
        ("true OR false AND false", True),
        ("(true OR false) AND false", False),
        ("NOT (1 = 2)", True),
    ],
)
def test_logic_has_three_values(expression: str, expected: object) -> None:
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("-7 % 3", -1),
        ("1 / 0", UNDEFINED),
        ("5 % 0", UNDEFINED),
        ("1e308 * 10", UNDEFINED),
        ("1 + 'a'", UNDEFINED),
        ("1 + true", UNDEFINED),
        ("-'a'", UNDEFINED),
        ("+3", 3),
        ("1 -- a comment\n", 1),
        ("1 /* a * comment */ + 1", 2),
    ],
)
def test_arithmetic(expression: str, expected: object) -> None:
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("c.n IN (4, 5)", True),
        ("c.n IN ('5')", False),
        ("c.n NOT IN (1)", True),
        ("c.absent IN (1)", UNDEFINED),
        ("c.absent NOT IN (1)", UNDEFINED),
        ("c.n BETWEEN 5 AND 6", True),
        ("c.n BETWEEN 6 AND 9", False),
        ("c.n NOT BETWEEN 6 AND 9", True),
        ("c.s BETWEEN 1 AND 9", UNDEFINED),
        ("c.n BETWEEN 1 AND 9 AND true", True),
    ],
)
def test_in_and_between(expression: str, expected: object) -> None:
    assert evaluate(expression, DOCUMENT) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("c.absent ?? 'other'", "other"),
        ("c.z ?? 'other'", None),
        ("c.absent ?? c.absent2 ?? 3", 3),
        ("c.s || '-' || c.s", "text-text"),
        ("c.s || c.n", UNDEFINED),
        ("c.n > 4 ? 'big' : 'small'", "big"),
        ("c.absent ? 'yes' : 'no'", "no"),
        ("(c.absent ?? 9) > 5", True),
    ],
)
def test_coalesce_concatenation_and_choice(expression: str, expected: object) -> None:
    assert evaluate(expression, DOCUMENT) == expected


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "ABC", False),
        ("abc", "a%", True),
        ("abc", "%c", True),
        ("abc", "%b%", True),
        ("abc", "a_c", True),
        ("abc", "a_", False),
        ("", "%", True),
        ("", "_", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("a\nb", "a%b", True),
        ("abc", "[a-b]bc", True),
        ("xbc", "[^a-b]bc", True),
        ("a-c", "a[-]c", True),
        ("aXbXc", "a%b%c", True),
        ("mississippi", "m%iss%ip_i", True),
    ],
)
def test_like(text: str, pattern: str, expected: bool) -> None:
    assert evaluate("@text LIKE @pattern", text=text, pattern=pattern) is expected
    assert evaluate("@text NOT LIKE @pattern", text=text, pattern=pattern) is not expected


def test_like_takes_an_escape_character() -> None:
    assert evaluate("'50%' LIKE '50!%' ESCAPE '!'") is True
    assert evaluate("'500' LIKE '50!%' ESCAPE '!'") is False
    assert evaluate("'a_b' LIKE 'a\\\\_b' ESCAPE '\\\\'") is True


def test_like_of_anything_but_strings_is_undefined() -> None:
    assert evaluate("1 LIKE '1'") == UNDEFINED
    assert evaluate("'1' LIKE 1") == UNDEFINED


def test_like_does_not_slow_down_on_a_hostile_pattern() -> None:
    assert evaluate("@text LIKE @pattern", text="a" * 3000, pattern="%a" * 200 + "b") is False


@pytest.mark.parametrize(
    "expression", ["'a' LIKE 'a!' ESCAPE '!'", "'a' LIKE '[a'", "'a' LIKE 'a' ESCAPE ''", "'a' LIKE 'a' ESCAPE 'ab'"]
)
def test_a_like_pattern_that_makes_no_sense_is_an_error(expression: str) -> None:
    with pytest.raises(QueryError):
        evaluate(expression)


def test_a_parameter_without_a_value_is_an_error() -> None:
    with pytest.raises(QueryError, match="@gone"):
        evaluate("@gone")


def test_a_name_that_is_no_alias_is_an_error() -> None:
    with pytest.raises(QueryError, match="'d' could not be resolved"):
        evaluate("d.n")
