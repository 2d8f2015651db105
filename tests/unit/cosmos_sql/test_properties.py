"""What must hold for any documents and any text."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local_azure.cosmos.query_pages import Pager
from local_azure.cosmos.sql.errors import QueryError
from local_azure.cosmos.sql.like import like
from local_azure.cosmos.sql.parse import parse
from local_azure.cosmos.sql.plan import Plan
from local_azure.cosmos.sql.values import canonical, order_key
from tests.unit.cosmos_sql.queries import run

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, -2.5, 1e300]) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
)
DOCUMENTS = st.lists(st.fixed_dictionaries({}, optional={"v": VALUES, "w": SCALARS}), max_size=12)
WORDS = st.sampled_from(
    """SELECT VALUE DISTINCT TOP * FROM c WHERE c.v = 1 'a' @p AND OR NOT ( ) [ ] { } , . : ? ?? || IN BETWEEN LIKE
    ESCAPE GROUP ORDER BY ASC DESC OFFSET LIMIT JOIN t COUNT(1) MAX(c.v) LOWER(c.v) EXISTS udf - + / % < >= != null
    undefined""".split()  # noqa: SIM905 - a list of quoted words would hide the quotes that are part of them
)


@given(st.text(max_size=80))
def test_random_text_raises_nothing_but_query_errors(text: str) -> None:
    with suppress(QueryError):
        run(text, [{"v": 1}])


@given(st.lists(WORDS, max_size=25))
def test_random_words_raise_nothing_but_query_errors(words: list[str]) -> None:
    with suppress(QueryError):
        run("SELECT " + " ".join(words), [{"v": 1, "t": [1, None]}, {}], {"@p": "a"})


@given(DOCUMENTS)
def test_order_by_gives_every_document_with_the_property_once_and_in_order(documents: list[dict[str, Any]]) -> None:
    for index, document in enumerate(documents):
        document["id"] = index
    rows: list[Any] = run("SELECT * FROM c ORDER BY c.v", documents)
    assert sorted(row["id"] for row in rows) == [document["id"] for document in documents if "v" in document]
    keys = [order_key(row["v"]) for row in rows]
    assert keys == sorted(keys)


@given(
    DOCUMENTS,
    st.integers(1, 5),
    st.sampled_from(
        [
            "SELECT * FROM c",
            "SELECT * FROM c ORDER BY c.v",
            "SELECT * FROM c ORDER BY c.v DESC",
            "SELECT VALUE x FROM c JOIN x IN c.v",
            "SELECT VALUE x FROM c JOIN x IN c.v ORDER BY c.w DESC",
            "SELECT DISTINCT VALUE c.v FROM c",
            "SELECT c.w, COUNT(1) AS n FROM c GROUP BY c.w",
            "SELECT * FROM c ORDER BY c.w OFFSET 2 LIMIT 5",
            "SELECT TOP 4 * FROM c",
        ]
    ),
)
def test_pages_of_any_size_put_together_are_the_whole(documents: list[dict[str, Any]], size: int, query: str) -> None:
    plan = Plan(parse(query), {})
    pager = Pager(plan, b"key", "subject")
    texts: list[str] = []
    token = None
    for _ in range(200):
        page = pager.page(lambda start: list(enumerate(documents))[start:], token, size)
        assert len(page.texts) <= size
        texts += page.texts
        token = page.token
        if token is None:
            break
    assert token is None
    assert [canonical(row) for row in run(query, documents)] == [canonical(json.loads(text)) for text in texts]


@given(DOCUMENTS)
def test_groups_partition_the_documents(documents: list[dict[str, Any]]) -> None:
    rows: list[Any] = run("SELECT c.w, COUNT(1) AS n FROM c GROUP BY c.w", documents)
    assert sum(row["n"] for row in rows) == len(documents)
    assert len({canonical(row.get("w", ["undefined"])) for row in rows}) == len(rows)


@given(st.text(alphabet="ab%_", max_size=12), st.text(alphabet="ab", max_size=12))
def test_like_agrees_with_its_definition(pattern: str, text: str) -> None:
    assert like(text, pattern, None) is _matches(text, pattern)


def _matches(text: str, pattern: str) -> bool:
    """LIKE as a recursive definition: slow, and plainly right."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_matches(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _matches(text[1:], pattern[1:])
