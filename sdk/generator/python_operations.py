"""Python's methods: a class for each group of operations, for the sync and, from the same lines, the async client."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdk.generator.docstrings import docstring
from sdk.generator.document import Document, Operation, Parameter
from sdk.generator.naming import pascal_case
from sdk.generator.python_models import python_type

_GENERATED = "Generated from the OpenAPI document by `make generate`; not to be edited."
_NAMES = re.compile(r"\b[A-Z][A-Za-z]+\b")


@dataclass(frozen=True)
class Flavour:
    """In what the modules of the sync and of the async client differ."""

    summary: str
    module: str
    define: str
    wait: str
    paged: str
    poller: str


SYNC = Flavour("the client", "parley", "def", "", "ItemPaged", "Poller")
ASYNC = Flavour("the async client", "parley.aio", "async def", "await ", "AsyncItemPaged", "AsyncPoller")


def operations_source(document: Document, flavour: Flavour) -> str:
    """The module `operations` of one of the clients."""
    classes = [_group(name, operations, flavour) for name, operations in document.groups.items()]
    names = sorted(_models_used(document))
    head = [
        *docstring(f"The operations of {flavour.summary}. {_GENERATED}"),
        "from __future__ import annotations",
        "from datetime import datetime" if _takes_times(document) else "",
        f"from {flavour.module}.group import Group",
        f"from {flavour.module}.paging import {flavour.paged}",
        f"from {flavour.module}.polling import {flavour.poller}" if _has_long_work(document) else "",
        "from parley.call import Call, new_key, segment",
        f"from parley.models import {', '.join(names)}",
    ]
    return (
        "\n".join(line for line in head if line) + "\n\n" + "\n\n".join((*classes, _groups(document, flavour))) + "\n"
    )


def _group(name: str, operations: list[Operation], flavour: Flavour) -> str:
    methods = "\n\n".join(_method(operation, flavour) for operation in operations)
    return f'class {pascal_case(name)}(Group):\n    """`client.{name}`"""\n\n{methods}\n'


def _groups(document: Document, flavour: Flavour) -> str:
    """The base of the client, which has the groups."""
    lines = ["class Groups(Group):", f'    """What {flavour.summary} can do, by groups."""', ""]
    for name in document.groups:
        lines += ["    @property", f"    def {name}(self) -> {pascal_case(name)}:"]
        lines += [f"        return {pascal_case(name)}(self._driver)", ""]
    return "\n".join(lines)


def _method(operation: Operation, flavour: Flavour) -> str:
    answer = operation.answer
    name, define, wait = operation.name, flavour.define, flavour.wait
    types = " | ".join(python_type(schema) for schema in answer.schemas)
    match answer.kind:
        case "page":
            define, wait = "def", ""
            result, send = f"{flavour.paged}[{types}]", f"return self._list(call, {types})"
        case "operation":
            name = f"begin_{name}"
            result, send = f"{flavour.poller}[{types}]", f"return {wait}self._begin(call, {types})"
        case "json" if len(answer.schemas) > 1:
            result, send = types, f"answer: {types} = {wait}self._one_of(call, {types})\n        return answer"
        case "json":
            result, send = types, f"return {wait}self._get(call, {types})"
        case "text":
            result, send = "str", f"return {wait}self._text(call)"
        case "nothing":
            result, send = "None", f"{wait}self._do(call)"
    lines = [f"    {define} {name}({', '.join(_arguments(operation))}) -> {result}:"]
    lines += docstring(operation.description, "        ")
    lines += [f"        call = Call({', '.join(_call(operation))})", f"        {send}"]
    return "\n".join(lines)


def _arguments(operation: Operation) -> list[str]:
    arguments = ["self", *(f"{one.argument}: str" for one in operation.placed("path"))]
    if operation.content:
        kind = python_type(operation.content)
        arguments.append(f"content: {kind}" if operation.content_required else f"content: {kind} | None = None")
    options = [*operation.placed("query"), *operation.placed("header")]
    return [*arguments, *(["*"] if options else []), *(_option(one) for one in options)]


def _option(parameter: Parameter) -> str:
    kind = python_type(parameter.schema).removesuffix(" | None")
    return f"{parameter.argument}: {kind} | None = None"


def _call(operation: Operation) -> list[str]:
    path = operation.path
    for parameter in operation.placed("path"):
        path = path.replace(f"{{{parameter.name}}}", f"{{segment({parameter.argument})}}")
    parts = [f'"{operation.method}"', f'f"{path}"' if path != operation.path else f'"{path}"']
    if query := operation.placed("query"):
        parts.append("query={" + ", ".join(f'"{one.name}": {one.argument}' for one in query) + "}")
    if headers := operation.placed("header"):
        parts.append("headers={" + ", ".join(f'"{one.name}": {_header(one)}' for one in headers) + "}")
    if operation.content:
        parts.append("content=content")
    if not operation.repeatable:
        parts.append("repeatable=False")
    return parts


def _header(parameter: Parameter) -> str:
    return f"{parameter.argument} or new_key()" if parameter.is_idempotency_key else parameter.argument


def _models_used(document: Document) -> set[str]:
    """The models that the methods name."""
    used: set[str] = set()
    for operations in document.groups.values():
        for operation in operations:
            schemas = [*operation.answer.schemas, *(one.schema for one in operation.parameters)]
            schemas += [operation.content] if operation.content else []
            used.update(name for schema in schemas for name in _NAMES.findall(python_type(schema)))
    return used & set(document.schemas)


def _takes_times(document: Document) -> bool:
    return any(
        "datetime" in python_type(parameter.schema)
        for operations in document.groups.values()
        for operation in operations
        for parameter in operation.parameters
    )


def _has_long_work(document: Document) -> bool:
    return any(one.answer.kind == "operation" for operations in document.groups.values() for one in operations)
