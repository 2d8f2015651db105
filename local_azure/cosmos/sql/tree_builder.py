"""From the parser's reductions to the syntax tree: one method per rule or alias of grammar.lark."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from lark import Token, Transformer

from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.errors import SyntaxQueryError
from local_azure.cosmos.sql.values import UNDEFINED, number

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)

_Node = TypeVar("_Node")


def _text(token: str) -> str:
    """The string that a quoted literal stands for."""

    def unescape(match: re.Match[str]) -> str:
        code, plain = match.groups()
        return chr(int(code, 16)) if code else _ESCAPES.get(plain, plain)

    decoded = _ESCAPE.sub(unescape, token[1:-1])
    # Two escapes may spell one character outside the basic plane; half of such a pair is no text.
    try:
        return decoded.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise SyntaxQueryError("Syntax error, a string holds half of a surrogate pair.") from None


def _present(items: list[_Node | None]) -> tuple[_Node, ...]:
    return tuple(item for item in items if item is not None)


def _negated(negation: Token | None, condition: syntax.Expression) -> syntax.Expression:
    return condition if negation is None else syntax.Negation(condition)


def _chain(items: list[Any]) -> tuple[tuple[str, syntax.Expression], ...]:
    return tuple((str(items[index]), items[index + 1]) for index in range(1, len(items), 2))


def _integer(token: str) -> int:
    # Longer than any row count or exact double; also keeps clear of the interpreter's digit limit.
    if len(token) > 15:
        raise SyntaxQueryError(f"The whole number {token[:20]}... is too large; write it with an exponent.")
    return int(token)


class TreeBuilder(Transformer[Token, Any]):
    """Each method takes the children of its rule."""

    def query(self, items: list[Any]) -> syntax.Query:
        distinct, top, projection, sources, where, group_by, order_by, window = items
        offset, limit = window or (None, None)
        return syntax.Query(
            distinct is not None, top, projection, sources or (), where, group_by or (), order_by or (), offset, limit
        )

    def top(self, items: list[Any]) -> syntax.Expression:
        count: syntax.Expression = items[0]
        return count

    def offset_limit(self, items: list[Any]) -> tuple[syntax.Expression, syntax.Expression]:
        return items[0], items[1]

    def select_all(self, _items: list[Any]) -> syntax.SelectAll:
        return syntax.SelectAll()

    def select_value(self, items: list[Any]) -> syntax.SelectValue:
        return syntax.SelectValue(items[0])

    def select_list(self, items: list[Any]) -> syntax.SelectList:
        return syntax.SelectList(tuple(items))

    def column(self, items: list[Any]) -> syntax.Column:
        return syntax.Column(items[0], None if items[1] is None else str(items[1]))

    def from_clause(self, items: list[Any]) -> tuple[syntax.Source, ...]:
        return tuple(items)

    def collection(self, items: list[Any]) -> syntax.Source:
        root, path, alias = str(items[0]), items[1], items[2]
        last = next((step for step in reversed(path) if isinstance(step, str)), root)
        return syntax.Source(last if alias is None else str(alias), root, path, iterate=False)

    def iteration(self, items: list[Any]) -> syntax.Source:
        return syntax.Source(str(items[0]), str(items[1]), items[2], iterate=True)

    def path(self, items: list[Any]) -> tuple[str | int, ...]:
        return tuple(items)

    def path_name(self, items: list[Token]) -> str:
        return str(items[0])

    def path_text(self, items: list[Token]) -> str:
        return _text(items[0])

    def path_index(self, items: list[Token]) -> int:
        return _integer(items[0])

    def where_clause(self, items: list[Any]) -> syntax.Expression:
        condition: syntax.Expression = items[0]
        return condition

    def group_by(self, items: list[Any]) -> tuple[syntax.Expression, ...]:
        return tuple(items)

    def order_by(self, items: list[Any]) -> tuple[syntax.OrderItem, ...]:
        return tuple(items)

    def order_item(self, items: list[Any]) -> syntax.OrderItem:
        return syntax.OrderItem(items[0], descending=items[-1] is not None and items[-1].type == "DESC")

    def conditional(self, items: list[Any]) -> syntax.Conditional:
        return syntax.Conditional(*items)

    def coalesce(self, items: list[Any]) -> syntax.Coalesce:
        return syntax.Coalesce(tuple(items))

    def concatenation(self, items: list[Any]) -> syntax.Concatenation:
        return syntax.Concatenation(tuple(items))

    def disjunction(self, items: list[Any]) -> syntax.Disjunction:
        return syntax.Disjunction(tuple(items))

    def conjunction(self, items: list[Any]) -> syntax.Conjunction:
        return syntax.Conjunction(tuple(items))

    def negation(self, items: list[Any]) -> syntax.Negation:
        return syntax.Negation(items[1])

    def comparison(self, items: list[Any]) -> syntax.Comparison:
        operator = "!=" if items[1] == "<>" else str(items[1])
        return syntax.Comparison(operator, items[0], items[2])

    def membership(self, items: list[Any]) -> syntax.Expression:
        return _negated(items[1], syntax.Membership(items[0], tuple(items[2:])))

    def between(self, items: list[Any]) -> syntax.Expression:
        return _negated(items[1], syntax.Between(items[0], items[2], items[3]))

    def like(self, items: list[Any]) -> syntax.Expression:
        value, negation, pattern, escape = items
        escape_text = None if escape is None else _text(escape)
        if escape_text is not None and len(escape_text) != 1:
            raise SyntaxQueryError("Syntax error, ESCAPE takes a string of one character.")
        return _negated(negation, syntax.Like(value, pattern, escape_text))

    def arithmetic(self, items: list[Any]) -> syntax.Arithmetic:
        return syntax.Arithmetic(items[0], _chain(items))

    def signed(self, items: list[Any]) -> syntax.Signed:
        return syntax.Signed(str(items[0]), items[1])

    def text(self, items: list[Token]) -> syntax.Literal:
        return syntax.Literal(_text(items[0]))

    def decimal(self, items: list[Token]) -> syntax.Literal:
        return syntax.Literal(number(float(items[0])))

    def integer(self, items: list[Token]) -> syntax.Literal:
        return syntax.Literal(_integer(items[0]))

    def parameter(self, items: list[Token]) -> syntax.Parameter:
        return syntax.Parameter(str(items[0]))

    def true(self, _items: list[Any]) -> syntax.Literal:
        return syntax.Literal(value=True)

    def false(self, _items: list[Any]) -> syntax.Literal:
        return syntax.Literal(value=False)

    def null(self, _items: list[Any]) -> syntax.Literal:
        return syntax.Literal(None)

    def undefined(self, _items: list[Any]) -> syntax.Literal:
        return syntax.Literal(UNDEFINED)

    def identifier(self, items: list[Token]) -> syntax.Identifier:
        return syntax.Identifier(str(items[0]))

    def call(self, items: list[Any]) -> syntax.Call:
        return syntax.Call(str(items[0]).upper(), _present(items[1:]))

    def array(self, items: list[Any]) -> syntax.ArrayLiteral:
        return syntax.ArrayLiteral(_present(items))

    def object(self, items: list[Any]) -> syntax.ObjectLiteral:
        return syntax.ObjectLiteral(_present(items))

    def member(self, items: list[Any]) -> tuple[str, syntax.Expression]:
        name: Token = items[0]
        return (_text(name) if name.type == "STRING" else str(name)), items[1]

    def named_property(self, items: list[Any]) -> syntax.Index:
        return syntax.Index(items[0], syntax.Literal(str(items[1])))

    def index(self, items: list[Any]) -> syntax.Index:
        return syntax.Index(items[0], items[1])
