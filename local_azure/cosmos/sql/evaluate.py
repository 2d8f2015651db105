"""Expressions to functions: each node of the tree becomes a function from a scope to a value.

Undefined follows the service: comparing or calculating with it gives undefined, `AND` and `OR` are three-valued,
and only `true` passes a filter.
Source: https://learn.microsoft.com/azure/cosmos-db/nosql/query/logical-operators
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import singledispatchmethod

from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.errors import QueryError
from local_azure.cosmos.sql.functions import find, join_strings
from local_azure.cosmos.sql.like import like
from local_azure.cosmos.sql.values import UNDEFINED, compare, equal, number

Scope = Mapping[str, object]
Evaluator = Callable[[Scope], object]

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": math.fmod,
}


def step_into(container: object, key: object) -> object:
    """The property or element at the key; undefined where there is none."""
    if isinstance(container, dict) and isinstance(key, str):
        return container.get(key, UNDEFINED)
    if isinstance(container, list) and isinstance(key, int) and not isinstance(key, bool):
        return container[key] if 0 <= key < len(container) else UNDEFINED
    return UNDEFINED


def calculate(operator: str, left: object, right: object) -> object:
    """Arithmetic on doubles; undefined for anything that is not a finite number."""
    for operand in (left, right):
        if not isinstance(operand, (int, float)) or isinstance(operand, bool):
            return UNDEFINED
    try:
        return number(_ARITHMETIC[operator](left, right))  # type: ignore[arg-type]  # both were seen to be numbers
    except (ZeroDivisionError, OverflowError, ValueError):
        return UNDEFINED


class Compiler:
    """Compiles expressions against the aliases of FROM and the request's parameters.

    `computed` maps whole expressions to names of the scope: GROUP BY puts its keys and aggregates there.
    """

    def __init__(
        self,
        aliases: Sequence[str],
        parameters: Mapping[str, object],
        computed: Mapping[syntax.Expression, str] | None = None,
    ) -> None:
        self._aliases = frozenset(aliases)
        self._parameters = parameters
        self._computed = computed or {}

    def compile(self, node: syntax.Expression) -> Evaluator:
        """The expression as a function. Raises QueryError on an unknown name, parameter or function."""
        name = self._computed.get(node) if self._computed else None
        if name is not None:
            return lambda scope: scope[name]
        return self._compile(node)

    def constant(self, node: syntax.Expression) -> object:
        """The value of a literal or parameter."""
        return self.compile(node)({})

    def _compile_all(self, nodes: Sequence[syntax.Expression]) -> list[Evaluator]:
        return [self.compile(node) for node in nodes]

    @singledispatchmethod
    def _compile(self, node: object) -> Evaluator:
        raise TypeError(f"no evaluator for {type(node).__name__}")

    @_compile.register
    def _(self, node: syntax.Literal) -> Evaluator:
        value = node.value
        return lambda _scope: value

    @_compile.register
    def _(self, node: syntax.Parameter) -> Evaluator:
        if node.name not in self._parameters:
            raise QueryError(f"The parameter {node.name} has no value.")
        value = self._parameters[node.name]
        return lambda _scope: value

    @_compile.register
    def _(self, node: syntax.Identifier) -> Evaluator:
        name = node.name
        if self._computed:
            raise QueryError(
                f"Property reference '{name}' is not valid in the select list because it is not contained in "
                "either an aggregate function or the GROUP BY clause."
            )
        if name not in self._aliases:
            raise QueryError(f"Identifier '{name}' could not be resolved.")
        return lambda scope: scope.get(name, UNDEFINED)

    @_compile.register
    def _(self, node: syntax.Index) -> Evaluator:
        source, index = self.compile(node.source), self.compile(node.index)
        return lambda scope: step_into(source(scope), index(scope))

    @_compile.register
    def _(self, node: syntax.Signed) -> Evaluator:
        operator, operand = node.operator, self.compile(node.operand)
        return lambda scope: calculate(operator, 0, operand(scope))

    @_compile.register
    def _(self, node: syntax.Arithmetic) -> Evaluator:
        first = self.compile(node.first)
        rest = [(operator, self.compile(operand)) for operator, operand in node.rest]

        def apply(scope: Scope) -> object:
            value = first(scope)
            for operator, operand in rest:
                value = calculate(operator, value, operand(scope))
            return value

        return apply

    @_compile.register
    def _(self, node: syntax.Comparison) -> Evaluator:
        operator, left, right = node.operator, self.compile(node.left), self.compile(node.right)
        return lambda scope: compare(operator, left(scope), right(scope))

    @_compile.register
    def _(self, node: syntax.Negation) -> Evaluator:
        operand = self.compile(node.operand)

        def apply(scope: Scope) -> object:
            value = operand(scope)
            return not value if isinstance(value, bool) else UNDEFINED

        return apply

    @_compile.register
    def _(self, node: syntax.Conjunction) -> Evaluator:
        return _three_valued(self._compile_all(node.operands), decisive=False)

    @_compile.register
    def _(self, node: syntax.Disjunction) -> Evaluator:
        return _three_valued(self._compile_all(node.operands), decisive=True)

    @_compile.register
    def _(self, node: syntax.Between) -> Evaluator:
        value = self.compile(node.value)
        low, high = self.compile(node.low), self.compile(node.high)
        bounds: list[Evaluator] = [
            lambda scope: compare(">=", value(scope), low(scope)),
            lambda scope: compare("<=", value(scope), high(scope)),
        ]
        return _three_valued(bounds, decisive=False)

    @_compile.register
    def _(self, node: syntax.Membership) -> Evaluator:
        value, options = self.compile(node.value), self._compile_all(node.options)

        def apply(scope: Scope) -> object:
            wanted = value(scope)
            return UNDEFINED if wanted is UNDEFINED else any(equal(wanted, o(scope)) is True for o in options)

        return apply

    @_compile.register
    def _(self, node: syntax.Like) -> Evaluator:
        value, pattern, escape = self.compile(node.value), self.compile(node.pattern), node.escape

        def apply(scope: Scope) -> object:
            text, expected = value(scope), pattern(scope)
            if not isinstance(text, str) or not isinstance(expected, str):
                return UNDEFINED
            return like(text, expected, escape)

        return apply

    @_compile.register
    def _(self, node: syntax.Coalesce) -> Evaluator:
        operands = self._compile_all(node.operands)

        def apply(scope: Scope) -> object:
            return next((value for o in operands if (value := o(scope)) is not UNDEFINED), UNDEFINED)

        return apply

    @_compile.register
    def _(self, node: syntax.Concatenation) -> Evaluator:
        operands = self._compile_all(node.operands)
        return lambda scope: join_strings(*(operand(scope) for operand in operands))

    @_compile.register
    def _(self, node: syntax.Conditional) -> Evaluator:
        condition = self.compile(node.condition)
        consequent, alternative = self.compile(node.consequent), self.compile(node.alternative)
        return lambda scope: consequent(scope) if condition(scope) is True else alternative(scope)

    @_compile.register
    def _(self, node: syntax.ArrayLiteral) -> Evaluator:
        items = self._compile_all(node.items)
        return lambda scope: [value for item in items if (value := item(scope)) is not UNDEFINED]

    @_compile.register
    def _(self, node: syntax.ObjectLiteral) -> Evaluator:
        members = [(name, self.compile(value)) for name, value in node.members]
        return lambda scope: {name: value for name, m in members if (value := m(scope)) is not UNDEFINED}

    @_compile.register
    def _(self, node: syntax.Call) -> Evaluator:
        function = find(node.name, len(node.arguments))
        arguments = self._compile_all(node.arguments)
        return lambda scope: function(*(argument(scope) for argument in arguments))


def _three_valued(operands: Sequence[Evaluator], *, decisive: bool) -> Evaluator:
    """AND (false decides) or OR (true decides); otherwise one operand that is no boolean makes it undefined."""

    def apply(scope: Scope) -> object:
        known = True
        for operand in operands:
            value = operand(scope)
            if value is decisive:
                return decisive
            known = known and isinstance(value, bool)
        return (not decisive) if known else UNDEFINED

    return apply
