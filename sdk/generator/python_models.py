"""Python's models: a pydantic class for each schema of an object, an alias for each of a string with known values."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from sdk.generator.docstrings import docstring
from sdk.generator.document import Document, Json, reference_name, without_null
from sdk.generator.naming import snake_case

_SCALARS = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}

_HEAD = '''"""What the API takes and gives. Generated from the OpenAPI document by `make generate`; not to be edited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from parley.model import Known, Model
'''


def models_source(document: Document) -> str:
    """The module `parley.models`."""
    enumerations = {name: schema for name, schema in document.schemas.items() if "enum" in schema}
    objects = {name: schema for name, schema in document.schemas.items() if name not in enumerations}
    parts = [_HEAD, f'API_VERSION = "{document.version}"\n"""Which version of the API these models are of."""\n']
    parts += [_enumeration(name, schema) for name, schema in sorted(enumerations.items())]
    parts += [_model(name, schema) for name, schema in sorted(objects.items())]
    parts.append(
        f"Event = {' | '.join(document.events)}\n" + '"""What a webhook is sent, of the types known here."""\n'
    )
    return "\n".join(parts)


def python_type(schema: Json) -> str:
    """How the schema is written as a type; models are named without their module."""
    schema, nullable = without_null(schema)
    text = _type(schema)
    return f"{text} | None" if nullable else text


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return reference_name(schema)
    if len(schema.get("allOf", ())) == 1:
        return _type(schema["allOf"][0])
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return " | ".join(_type(one) for one in alternatives)
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return _known(schema["enum"])
    match schema.get("type"):
        case "string":
            return "datetime" if schema.get("format") == "date-time" else "str"
        case "array":
            return f"list[{_type(schema.get('items', {}))}]"
        case "object":
            inner = schema.get("additionalProperties")
            return f"dict[str, {_type(inner) if isinstance(inner, dict) else 'Any'}]"
        case str(kind):
            return _SCALARS[kind]
    return "Any"


def _known(values: list[Any]) -> str:
    return f"Annotated[Literal[{', '.join(map(repr, values))}], Known]"


def _enumeration(name: str, schema: Json) -> str:
    return "\n".join([f"{name} = {_known(schema['enum'])}", *docstring(schema.get("description", "")), ""])


def _model(name: str, schema: Json) -> str:
    lines = [f"class {name}(Model):", *docstring(schema.get("description", ""), "    ")]
    required = schema.get("required", ())
    properties: Json = schema.get("properties", {})
    for field, inner in properties.items():
        lines.append(_field(field, inner, required=field in required))
        lines += docstring(inner.get("description", ""), "    ")
    if not properties and not schema.get("description"):
        lines.append("    pass")
    return "\n".join([*lines, ""])


def _field(name: str, schema: Json, *, required: bool) -> str:
    attribute = snake_case(name)
    if hasattr(BaseModel, attribute):
        attribute += "_"
    settings = [] if to_camel(attribute) == name else [f"alias={name!r}"]
    kind = python_type(schema)
    if not required:
        if "default" in schema:
            settings.insert(0, _default(schema))
        else:
            settings.insert(0, "default=None")
            kind = kind if kind.endswith("| None") else f"{kind} | None"
    match settings:
        case []:
            return f"    {attribute}: {kind}"
        case [alone] if alone.startswith("default=") and not alone.startswith("default=["):
            return f"    {attribute}: {kind} = {alone.removeprefix('default=')}"
    return f"    {attribute}: {kind} = Field({', '.join(settings)})"


def _default(schema: Json) -> str:
    match schema["default"]:
        case dict() as content:
            # Made when it is needed: the model may stand further below.
            return f"default_factory=lambda: {_type(schema)}.model_validate({content!r})"
        case list() as items:
            return f"default={items!r}" if items else "default_factory=list"
        case value:
            return f"default={value!r}"
