"""The syntax tree of a query: immutable, so that parsed queries can be cached and shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant: null, a boolean, a number, a string or `UNDEFINED`."""

    value: object

    def __eq__(self, other: object) -> bool:
        # Python holds 1 and True equal; the query language does not.
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Parameter:
    """`@name`; `name` keeps its at sign, as in the request's parameter list."""

    name: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """An alias of the FROM clause."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`source.name` or `source[index]`."""

    source: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Signed:
    """`-operand` or `+operand`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Negation:
    """`NOT operand`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A chain of operators of one precedence, applied from left to right."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, where the operator is one of = != < <= > >=."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Two or more operands joined by AND."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Two or more operands joined by OR."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """`value BETWEEN low AND high`, both ends included."""

    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    """`value IN (options)`."""

    value: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """`value LIKE pattern [ESCAPE escape]`; `escape` is one character."""

    value: Expression
    pattern: Expression
    escape: str | None


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first operand that is defined."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Strings joined by `||`."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? consequent : alternative`."""

    condition: Expression
    consequent: Expression
    alternative: Expression


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    """`{"name": value}`."""

    members: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function or aggregate; `name` is in upper case."""

    name: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = (
    Literal
    | Parameter
    | Identifier
    | Index
    | Signed
    | Negation
    | Arithmetic
    | Comparison
    | Conjunction
    | Disjunction
    | Between
    | Membership
    | Like
    | Coalesce
    | Concatenation
    | Conditional
    | ArrayLiteral
    | ObjectLiteral
    | Call
)


@dataclass(frozen=True, slots=True)
class SelectAll:
    """`SELECT *`."""


@dataclass(frozen=True, slots=True)
class SelectValue:
    """`SELECT VALUE expression`."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Column:
    """One item of a select list; `alias` is None where the text gives none."""

    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class SelectList:
    """`SELECT a, b AS c`."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What one alias of the FROM clause stands for.

    `path` starts at `root`: the container in the first source, an earlier alias in a JOIN. With `iterate`
    the alias takes each element of the array found there, otherwise the value itself.
    """

    alias: str
    root: str
    path: tuple[str | int, ...]
    iterate: bool


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One key of ORDER BY."""

    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. `top`, `offset` and `limit` are literals or parameters."""

    distinct: bool
    top: Expression | None
    projection: SelectAll | SelectValue | SelectList
    sources: tuple[Source, ...]
    where: Expression | None
    group_by: tuple[Expression, ...]
    order_by: tuple[OrderItem, ...]
    offset: Expression | None
    limit: Expression | None
