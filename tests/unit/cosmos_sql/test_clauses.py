"""Each clause of a query."""

from __future__ import annotations

import pytest

from local_azure.cosmos.sql.errors import QueryError, QueryTooLargeError, SyntaxQueryError, UnsupportedQueryError
from local_azure.cosmos.sql.parse import parse
from local_azure.cosmos.sql.plan import Plan
from tests.unit.cosmos_sql.queries import run

MEETINGS = [
    {"id": "a", "n": 2, "kind": "x", "tags": ["red", "blue"], "owner": {"name": "Ann"}},
    {"id": "b", "n": 1, "kind": "y", "tags": ["red"], "owner": {"name": "Bob"}},
    {"id": "c", "n": 3, "kind": "x", "tags": [], "people": [{"name": "Cy", "devices": ["pc", "tv"]}]},
    {"id": "d", "kind": "y"},
]


def ids(query: str) -> list[object]:
    return run(query, MEETINGS)


def test_select_all_gives_documents() -> None:
    assert run("SELECT * FROM c", MEETINGS) == MEETINGS


def test_select_list_leaves_out_what_is_undefined() -> None:
    assert run("SELECT c.id, c.n FROM c WHERE c.kind = 'y'", MEETINGS) == [{"id": "b", "n": 1}, {"id": "d"}]


def test_columns_are_named_by_alias_path_or_number() -> None:
    row = run("SELECT c.owner.name, c['n'], c.n + 1, c.n AS again, 'k', c FROM c", MEETINGS[:1])[0]
    assert row == {"name": "Ann", "n": 2, "$1": 3, "again": 2, "$2": "k", "c": MEETINGS[0]}


def test_two_columns_of_one_name_are_an_error() -> None:
    with pytest.raises(QueryError, match="same name"):
        ids("SELECT c.n, c.owner.n FROM c")


def test_select_value_gives_bare_values_and_skips_undefined() -> None:
    assert ids("SELECT VALUE c.n FROM c") == [2, 1, 3]


def test_a_query_needs_no_from() -> None:
    assert run("SELECT VALUE 1 + 1", MEETINGS) == [2]


@pytest.mark.parametrize("source", ["meetings", "meetings m", "meetings AS m"])
def test_the_container_may_have_any_name(source: str) -> None:
    alias = source.split()[-1]
    assert ids(f"SELECT VALUE {alias}.id FROM {source}") == ["a", "b", "c", "d"]


def test_an_alias_hides_the_name_of_the_container() -> None:
    with pytest.raises(QueryError, match="'meetings' could not be resolved"):
        ids("SELECT meetings.id FROM meetings m")


def test_from_takes_a_path() -> None:
    assert ids("SELECT VALUE name FROM c.owner.name") == ["Ann", "Bob"]
    assert ids("SELECT VALUE o['name'] FROM c['owner'] o") == ["Ann", "Bob"]


def test_from_iterates_an_array() -> None:
    assert ids("SELECT VALUE t FROM t IN c.tags") == ["red", "blue", "red"]


def test_join_multiplies_by_the_elements() -> None:
    query = "SELECT c.id, p.name, d AS device FROM c JOIN p IN c.people JOIN d IN p.devices"
    assert ids(query) == [{"id": "c", "name": "Cy", "device": "pc"}, {"id": "c", "name": "Cy", "device": "tv"}]


def test_join_drops_documents_without_elements() -> None:
    assert ids("SELECT VALUE c.id FROM c JOIN t IN c.tags WHERE t = 'red'") == ["a", "b"]


@pytest.mark.parametrize("query", ["SELECT * FROM c JOIN t IN c.tags", "SELECT *"])
def test_select_all_needs_one_source(query: str) -> None:
    with pytest.raises(QueryError, match="single input set"):
        ids(query)


@pytest.mark.parametrize("query", ["SELECT c.id FROM c JOIN t IN d.tags", "SELECT c.id FROM c JOIN c IN c.tags"])
def test_a_join_of_unknown_or_repeated_aliases_is_an_error(query: str) -> None:
    with pytest.raises(QueryError):
        ids(query)


def test_where_keeps_only_what_is_true() -> None:
    assert ids("SELECT VALUE c.id FROM c WHERE c.n") == []
    assert ids("SELECT VALUE c.id FROM c WHERE c.n > 1 OR c.absent") == ["a", "c"]
    assert ids("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.n)") == ["d"]


def test_order_by_sorts_types_and_leaves_out_undefined() -> None:
    values = [{"v": value} for value in ("b", 2, None, True, "a", [1], {"o": 1}, 1, False)] + [{}]
    expected = [None, False, True, 1, 2, "a", "b", [1], {"o": 1}]
    assert run("SELECT VALUE c.v FROM c ORDER BY c.v", values) == expected
    assert run("SELECT VALUE c.v FROM c ORDER BY c.v DESC", values) == expected[::-1]


def test_order_by_several_keys() -> None:
    assert ids("SELECT VALUE c.id FROM c ORDER BY c.kind DESC, c.n ASC") == ["b", "a", "c"]


def test_a_plan_can_keep_what_order_by_cannot_place() -> None:
    plan = Plan(parse("SELECT VALUE c.id FROM c ORDER BY c.n"), {}, keeps_unordered=True)
    assert [row.value for row in plan.rows(enumerate(MEETINGS))] == ["d", "b", "a", "c"]


@pytest.mark.parametrize("key", ["c.n + 1", "c", "LOWER(c.kind)", "1", "t", "c[@key]"])
def test_order_by_takes_paths_of_the_document_only(key: str) -> None:
    with pytest.raises(QueryError, match="ORDER BY"):
        ids(f"SELECT VALUE c.id FROM c JOIN t IN c.tags ORDER BY {key}")


def test_top_and_offset_limit() -> None:
    assert ids("SELECT TOP 2 VALUE c.id FROM c") == ["a", "b"]
    assert ids("SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2") == ["b", "c"]
    assert ids("SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 1 LIMIT 9") == ["a", "c"]
    assert run("SELECT TOP @n VALUE c.id FROM c", MEETINGS, {"@n": 0}) == []


@pytest.mark.parametrize("count", [-1, 1.5, "1", None, True])
def test_row_counts_are_whole_numbers(count: object) -> None:
    for query in ("SELECT TOP @n * FROM c", "SELECT * FROM c OFFSET @n LIMIT 1", "SELECT * FROM c OFFSET 0 LIMIT @n"):
        with pytest.raises(QueryError, match="whole number"):
            run(query, MEETINGS, {"@n": count})


def test_top_does_not_go_with_limit() -> None:
    with pytest.raises(QueryError, match="TOP"):
        ids("SELECT TOP 1 * FROM c OFFSET 0 LIMIT 1")


def test_distinct_compares_by_value_and_type() -> None:
    documents = [{"v": value} for value in (1, 1, True, "1", [1], [1], {"a": 1, "b": 2}, {"b": 2, "a": 1})]
    assert run("SELECT DISTINCT VALUE c.v FROM c", documents) == [1, True, "1", [1], {"a": 1, "b": 2}]


def test_distinct_keeps_the_order() -> None:
    assert ids("SELECT DISTINCT VALUE c.kind FROM c ORDER BY c.kind DESC") == ["y", "x"]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("COUNT(1)", [4]),
        ("COUNT(c.n)", [3]),
        ("SUM(c.n)", [6]),
        ("AVG(c.n)", [2]),
        ("MIN(c.n)", [1]),
        ("MAX(c.id)", ["d"]),
    ],
)
def test_aggregates_skip_undefined(aggregate: str, expected: list[object]) -> None:
    assert ids(f"SELECT VALUE {aggregate} FROM c") == expected


@pytest.mark.parametrize("aggregate", ["SUM(c.kind)", "AVG(c.kind)", "MAX(c.tags)", "AVG(c.absent)", "MIN(c.absent)"])
def test_aggregates_without_an_answer_are_undefined(aggregate: str) -> None:
    assert ids(f"SELECT VALUE {aggregate} FROM c") == []


def test_aggregates_over_nothing() -> None:
    assert run("SELECT COUNT(1) AS n, SUM(c.n) AS s, MAX(c.n) AS m FROM c", []) == [{"n": 0, "s": 0}]


def test_a_sum_that_leaves_the_range_is_undefined() -> None:
    assert run("SELECT VALUE SUM(c.v) FROM c", [{"v": 1e308}, {"v": 1e308}]) == []


def test_min_and_max_compare_across_types() -> None:
    values = [{"v": value} for value in (3, "a", None, False)]
    assert run("SELECT MIN(c.v) AS low, MAX(c.v) AS high FROM c", values) == [{"low": None, "high": "a"}]


def test_group_by_folds_each_key() -> None:
    assert ids("SELECT c.kind, COUNT(1) AS n, MAX(c.n) AS most FROM c GROUP BY c.kind") == [
        {"kind": "x", "n": 2, "most": 3},
        {"kind": "y", "n": 2, "most": 1},
    ]


def test_group_by_knows_undefined_from_null() -> None:
    rows = run("SELECT c.v, COUNT(1) AS n FROM c GROUP BY c.v", [{}, {"v": None}, {}, {"v": "undefined"}])
    assert rows == [{"n": 2}, {"v": None, "n": 1}, {"v": "undefined", "n": 1}]


def test_group_by_takes_expressions() -> None:
    assert ids("SELECT VALUE {even: c.n % 2 = 0, n: COUNT(1) * 10} FROM c GROUP BY c.n % 2 = 0") == [
        {"even": True, "n": 10},
        {"even": False, "n": 20},
        {"n": 10},
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT c.id, COUNT(1) FROM c",
        "SELECT c.id FROM c GROUP BY c.kind",
        "SELECT * FROM c GROUP BY c.kind",
        "SELECT COUNT(1) FROM c ORDER BY c.n",
        "SELECT VALUE c.id FROM c WHERE COUNT(1) > 1",
        "SELECT VALUE SUM(COUNT(1)) FROM c",
        "SELECT VALUE COUNT() FROM c",
        "SELECT VALUE COUNT(1, 2) FROM c",
    ],
)
def test_aggregates_out_of_place_are_errors(query: str) -> None:
    with pytest.raises(QueryError):
        ids(query)


def test_a_constant_of_another_type_is_another_aggregate() -> None:
    assert run("SELECT SUM(1) AS one, SUM(true) AS other FROM c", [{}, {}]) == [{"one": 2}]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags)", "EXISTS"),
        ("SELECT ARRAY(SELECT VALUE t FROM t IN c.tags) FROM c", "ARRAY"),
        ("SELECT * FROM (SELECT VALUE c FROM c)", "subquery"),
        ("SELECT c.id FROM c JOIN (SELECT VALUE t FROM t IN c.tags)", "subquery"),
        ("SELECT VALUE (SELECT VALUE 1)", "subquery"),
        ("SELECT VALUE udf.f(c) FROM c", "user-defined function"),
        ("SELECT VALUE c.n & 1 FROM c", "bitwise"),
        ("SELECT VALUE ~c.n FROM c", "bitwise"),
        ("SELECT * FROM c ORDER BY RANK VectorDistance(c.v, [1])", "RANK"),
        ("SELECT * FROM c HAVING COUNT(1) > 1", "HAVING"),
        ("SELECT * FROM c UNION SELECT * FROM d", "UNION"),
        ("SELECT * FROM c WHERE REGEXMATCH(c.id, 'a')", "REGEXMATCH"),
    ],
)
def test_what_is_not_supported_is_named(query: str, named: str) -> None:
    with pytest.raises(UnsupportedQueryError, match=named):
        ids(query)


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("SELECT c.value FROM c", "value"),
        ("SELECT c.order FROM c", "order"),
        ("SELECT * FROM c WHERE NOT c.n = 1", "="),
        ("SELECT * FROM c WHERE c.n ?? 0 > 5", ">"),
        ("SELECT * FROM c WHERE c.a || 'x' = 'yx'", "="),
        ("SELECT * FROM c WHERE 1 < 2 < 3", "<"),
        ("SELECT * FROM c GROUP c.n", "c"),
        ("SELECT * FROM c; DROP", ";"),
        ("SELECT * FROM c WHERE c.id = 'open", "'"),
        ("SELECT FROM c", "FROM"),
        ("SELECT c.id, FROM c", "FROM"),
        ("UPDATE c", "UPDATE"),
    ],
)
def test_a_syntax_error_names_its_place(query: str, near: str) -> None:
    with pytest.raises(SyntaxQueryError, match=rf"near '{near.replace('||', '')}"):
        ids(query)


@pytest.mark.parametrize("query", ["", "SELECT", "SELECT * FROM", "SELECT * FROM c WHERE (c.n = 1"])
def test_a_query_that_ends_too_early_is_a_syntax_error(query: str) -> None:
    with pytest.raises(SyntaxQueryError, match="too early"):
        ids(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT VALUE " + "[" * 500 + "]" * 500,
        "SELECT VALUE " + "- " * 500 + "1",
        "SELECT * FROM c WHERE " + "NOT " * 500 + "true",
        "SELECT VALUE c" + ".a" * 500 + " FROM c",
        "SELECT VALUE '" + "x" * 600_000 + "'",
        "SELECT 1 FROM c " + " ".join(f"JOIN t{index} IN c.tags" for index in range(6)),
    ],
)
def test_a_query_over_the_limits_is_refused(query: str) -> None:
    with pytest.raises(QueryTooLargeError):
        ids(query)


def test_a_long_flat_query_is_not_over_the_limits() -> None:
    query = "SELECT VALUE c.id FROM c WHERE " + " OR ".join(f"(c.id = 'x{n}' AND c.n = {n})" for n in range(1000))
    assert ids(f"{query} OR c.id = 'a'") == ["a"]


def test_too_many_combinations_are_stopped() -> None:
    documents = [{"list": list(range(200))}]
    with pytest.raises(QueryTooLargeError, match="combinations"):
        run("SELECT VALUE COUNT(1) FROM c JOIN a IN c.list JOIN b IN c.list JOIN d IN c.list", documents)
