"""The SELECT clause."""

from __future__ import annotations

from collections.abc import Sequence

from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.errors import QueryError
from local_azure.cosmos.sql.evaluate import Compiler, Evaluator, Scope
from local_azure.cosmos.sql.values import UNDEFINED


def compile_projection(
    projection: syntax.SelectAll | syntax.SelectValue | syntax.SelectList, compiler: Compiler, aliases: Sequence[str]
) -> Evaluator:
    """The SELECT clause as a function from a scope to a result.

    Raises QueryError where `*` meets other than one source, or where two columns have one name.
    """
    if isinstance(projection, syntax.SelectValue):
        return compiler.compile(projection.expression)
    if isinstance(projection, syntax.SelectList):
        return _compile_columns(projection, compiler)
    if len(aliases) != 1:
        raise QueryError("'SELECT *' is only valid with a single input set.")
    return compiler.compile(syntax.Identifier(aliases[0]))


def _compile_columns(projection: syntax.SelectList, compiler: Compiler) -> Evaluator:
    names = _column_names(projection)
    if len(set(names)) != len(names):
        raise QueryError("Two columns of the SELECT clause have the same name.")
    columns = [(name, compiler.compile(c.expression)) for name, c in zip(names, projection.columns, strict=True)]

    def apply(scope: Scope) -> object:
        return {name: value for name, read in columns if (value := read(scope)) is not UNDEFINED}

    return apply


def _column_names(projection: syntax.SelectList) -> list[str]:
    """The alias, else the last step of the path, else $1, $2 and so on as the service numbers them."""
    names = []
    unnamed = 0
    for column in projection.columns:
        name = column.alias or _implied_name(column.expression)
        if name is None:
            unnamed += 1
            name = f"${unnamed}"
        names.append(name)
    return names


def _implied_name(expression: syntax.Expression) -> str | None:
    if isinstance(expression, syntax.Identifier):
        return expression.name
    if isinstance(expression, syntax.Index) and isinstance(expression.index, syntax.Literal):
        name = expression.index.value
        return name if isinstance(name, str) else None
    return None
