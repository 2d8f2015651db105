"""Text to syntax tree."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from lark import Lark, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.errors import QueryTooLargeError, SyntaxQueryError, UnsupportedQueryError
from local_azure.cosmos.sql.tree_builder import TreeBuilder

# The service refuses longer texts:
# https://learn.microsoft.com/azure/cosmos-db/concepts-limits#sql-query-limits
MAX_QUERY_CHARACTERS = 512 * 1024
MAX_NESTING = 100
MAX_NODES = 100_000

_UNSUPPORTED = {
    "ARRAY": "the ARRAY subquery",
    "EXISTS": "the EXISTS subquery",
    "SELECT": "a subquery",
    "UDF": "a user-defined function",
    "HAVING": "the HAVING clause",
    "UNION": "the UNION clause",
    "RANK": "ORDER BY RANK",
    "&": "a bitwise operator",
    "|": "a bitwise operator",
    "^": "a bitwise operator",
    "~": "a bitwise operator",
}
_WORD = re.compile(r"\w+|[^\w\s]")
# Long enough for a word and the white space around it.
_NEIGHBOURHOOD = 60

# Made at import, which takes 0.2 s, so that no request waits for it. The transformer runs as the parser reduces, so no
# recursion follows the depth of a hostile text.
_PARSER = Lark(
    Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
    start="query",
    parser="lalr",
    maybe_placeholders=True,
    transformer=TreeBuilder(),
)


@lru_cache(maxsize=256)
def parse(text: str) -> syntax.Query:
    """The query that the text says.

    Raises SyntaxQueryError where the text leaves the grammar, UnsupportedQueryError where it uses a part of the
    language that this emulator does not have, QueryTooLargeError over the limits of this module.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise QueryTooLargeError(f"The SQL query text exceeds the limit of {MAX_QUERY_CHARACTERS} characters.")
    try:
        tree = _PARSER.parse(text)
    except UnexpectedInput as error:
        _refuse(error, text)
    query: syntax.Query = tree  # type: ignore[assignment]  # the embedded transformer makes the root a Query
    _check_size(query)
    return query


def _refuse(error: UnexpectedInput, text: str) -> NoReturn:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        raise SyntaxQueryError("Syntax error, the query ends too early.") from None
    position = (error.pos_in_stream if isinstance(error, UnexpectedToken | UnexpectedCharacters) else None) or 0
    found = _WORD.search(text, position)
    near = found.group()[:40] if found else ""
    unsupported = _unsupported_part(text, position)
    if unsupported:
        raise UnsupportedQueryError(f"This emulator does not support {unsupported} (near '{near}').") from None
    raise SyntaxQueryError(f"Syntax error, incorrect syntax near '{near}' at position {position}.") from None


def _unsupported_part(text: str, position: int) -> str | None:
    """The part of the language that begins at the word there, or at one of its neighbours, if it is one we lack."""
    if position == 0:
        return None
    here, *after = _WORD.findall(text[position : position + _NEIGHBOURHOOD])[:2] or [""]
    before = _WORD.findall(text[max(0, position - _NEIGHBOURHOOD) : position])[-1:]
    # A word before the place was read as a name, as RANK is in ORDER BY RANK f(); SELECT there is no subquery.
    nearby = [*(word for word in before if word.upper() != "SELECT"), here, *(after if here == "(" else [])]
    return next((_UNSUPPORTED[word.upper()] for word in nearby if word.upper() in _UNSUPPORTED), None)


def _check_size(query: syntax.Query) -> None:
    """Bounds the tree, so that the recursive evaluator stays far from the interpreter's own limit."""
    pending: list[tuple[Any, int]] = [(query, 0)]
    nodes = 0
    while pending:
        node, depth = pending.pop()
        nodes += 1
        if depth > MAX_NESTING or nodes > MAX_NODES:
            raise QueryTooLargeError(f"The query has more than {MAX_NESTING} levels of nesting or {MAX_NODES} parts.")
        if is_dataclass(node):
            pending.extend((getattr(node, field.name), depth + 1) for field in fields(node))
        elif isinstance(node, tuple):
            pending.extend((item, depth) for item in node)
