"""TypeScript's methods: one class for each group of operations. The types of bodies are openapi-typescript's."""

from __future__ import annotations

from sdk.generator.document import Document, Json, Operation, Parameter, reference_name, without_null
from sdk.generator.naming import camel_case, pascal_case

_BANNER = "// Generated from the OpenAPI document by `make generate`; not to be edited.\n"
_SCALARS = {"integer": "number", "number": "number", "boolean": "boolean", "string": "string"}


def models_source(document: Document) -> str:
    """The module `generated/models`: a name for every schema."""
    lines = [_BANNER, 'import type { components } from "./api.js";', "", 'type Schemas = components["schemas"];']
    lines += [f'export type {name} = Schemas["{name}"];' for name in sorted(document.schemas)]
    lines += ["", "/** What a webhook is sent, of the types known here. */"]
    lines += [f"export type Event = {' | '.join(document.events)};", ""]
    lines += [f'export const API_VERSION = "{document.version}";', ""]
    return "\n".join(lines)


def operations_source(document: Document) -> str:
    """The module `generated/operations`."""
    head = [
        _BANNER,
        'import { newKey, segment, type CallOptions } from "../call.js";',
        'import { Group } from "../group.js";',
        'import type { Paged } from "../paging.js";',
        'import type { Poller } from "../polling.js";' if _has_long_work(document) else "",
        'import type * as models from "./models.js";',
        "",
    ]
    classes = [_group(name, operations) for name, operations in document.groups.items()]
    return "\n".join(head) + "\n" + "\n".join(classes) + "\n" + _groups(document)


def _group(name: str, operations: list[Operation]) -> str:
    methods = "\n\n".join(_method(operation) for operation in operations)
    return f"/** `client.{camel_case(name)}` */\nexport class {pascal_case(name)} extends Group {{\n{methods}\n}}\n"


def _groups(document: Document) -> str:
    groups = [
        f"  readonly {camel_case(name)} = new {pascal_case(name)}(this.conversation);" for name in document.groups
    ]
    return "\n".join(
        ["/** What the client can do, by groups. */", "export class Groups extends Group {", *groups, "}", ""]
    )


def _method(operation: Operation) -> str:
    name = camel_case(operation.name)
    answer = operation.answer
    types = " | ".join(_type(schema) for schema in answer.schemas)
    match answer.kind:
        case "page":
            result, send = f"Paged<{types}>", "Pages"
        case "operation":
            name = f"begin{pascal_case(name)}"
            result, send = f"Promise<Poller<{types}>>", "Work"
        case "json":
            result, send = f"Promise<{types}>", "Json"
        case "text":
            result, send = "Promise<string>", "Text"
        case "nothing":
            result, send = "Promise<void>", "Nothing"
    lines = [f"  /** {operation.description} */"] if operation.description else []
    lines.append(f"  {name}({', '.join(_arguments(operation))}): {result} {{")
    lines.append(f"    return this.expect{send}({{ {', '.join(_call(operation))} }}, options);")
    return "\n".join([*lines, "  }"])


def _arguments(operation: Operation) -> list[str]:
    arguments = [f"{camel_case(one.argument)}: string" for one in operation.placed("path")]
    if operation.content:
        kind = _type(operation.content)
        arguments.append(f"content: {kind}" if operation.content_required else f"content?: {kind}")
    return [*arguments, f"options: {_options(operation)} = {{}}"]


def _options(operation: Operation) -> str:
    chosen = [*operation.placed("query"), *operation.placed("header")]
    if not chosen:
        return "CallOptions"
    return "CallOptions & { " + "; ".join(f"{_name(one)}?: {_type(one.schema)}" for one in chosen) + " }"


def _call(operation: Operation) -> list[str]:
    path = operation.path
    for parameter in operation.placed("path"):
        path = path.replace(f"{{{parameter.name}}}", f"${{segment({_name(parameter)})}}")
    parts = [f'method: "{operation.method}"', f"path: `{path}`"]
    if query := operation.placed("query"):
        parts.append("query: { " + ", ".join(f"{one.name}: options.{_name(one)}" for one in query) + " }")
    if headers := operation.placed("header"):
        parts.append("headers: { " + ", ".join(f'"{one.name}": {_header(one)}' for one in headers) + " }")
    if operation.content:
        parts.append("content")
    if not operation.repeatable:
        parts.append("repeatable: false")
    return parts


def _name(parameter: Parameter) -> str:
    return camel_case(parameter.argument)


def _header(parameter: Parameter) -> str:
    given = f"options.{_name(parameter)}"
    return f"{given} ?? newKey()" if parameter.is_idempotency_key else given


def _type(schema: Json) -> str:
    schema, _ = without_null(schema)
    if "$ref" in schema:
        return f"models.{reference_name(schema)}"
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return " | ".join(_type(one) for one in alternatives)
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if schema.get("type") == "array":
        return f"readonly ({_type(schema['items'])})[]"
    return _SCALARS.get(schema.get("type", ""), "unknown")


def _has_long_work(document: Document) -> bool:
    return any(one.answer.kind == "operation" for operations in document.groups.values() for one in operations)
