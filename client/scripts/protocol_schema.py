"""Prints the signalling models as one JSON schema, from which `npm run generate` makes TypeScript types.

Each model is described as it is on the wire in the one direction it travels: what the client sends by what the
receiver accepts (a field with a default may be left out), what it receives by what the sender writes (the field is
always there). A field whose default is None is left out of the message, never null.
"""

from __future__ import annotations

import json
import sys
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from parley_protocol import control, signalling
from parley_protocol.errors import ErrorCode, LeaveReason

Schema = dict[str, Any]

SENT = {"ToNode": signalling.ToNode, "ControlToNode": control.ControlToNode}
RECEIVED = {
    "FromNode": signalling.FromNode,
    "FromControlPlane": signalling.FromControlPlane,
    "ControlFromNode": control.ControlFromNode,
}


class WireSchema(GenerateJsonSchema):
    """JSON schema in which whatever a sender of ours always writes is required."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        value = field["schema"]
        if value["type"] == "default" and value.get("default", ...) is None:
            return False
        return self.mode == "serialization" or super().field_is_required(field, total=total)


def members(union: object) -> tuple[type[BaseModel], ...]:
    """The models of a discriminated union, `Annotated[A | B, Field(...)]`."""
    alternatives, *_ = get_args(union)
    return get_args(alternatives)


def tidy(schema: Schema) -> Schema:
    """Drops a property's title (it would become a type of its own) and its default, and writes `X | null` as X."""
    alternatives = schema.get("anyOf", ())
    if {"type": "null"} in alternatives:
        [described] = [item for item in alternatives if item != {"type": "null"}]
        schema = {**described, **{key: value for key, value in schema.items() if key != "anyOf"}}
    return {key: value for key, value in schema.items() if key not in ("title", "default")}


def tidy_model(schema: Schema) -> Schema:
    properties: Schema = schema.get("properties", {})
    if not properties:
        return tidy(schema)
    required = set(schema.get("required", ())) | ({"type"} & set(properties))
    return {
        "type": "object",
        "additionalProperties": False,
        "description": schema.get("description", ""),
        "properties": {name: tidy(value) for name, value in properties.items()},
        "required": sorted(required),
    }


def definitions() -> Schema:
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for union in SENT.values() for model in members(union)
    ]
    models += [(signalling.ChatEvent, "validation")]
    models += [(model, "serialization") for union in RECEIVED.values() for model in members(union)]
    _, schema = models_json_schema(
        list(dict.fromkeys(models)), ref_template="#/definitions/{model}", schema_generator=WireSchema
    )
    found = {name: tidy_model(value) for name, value in schema["$defs"].items()}
    for enumeration in (ErrorCode, LeaveReason):
        found[enumeration.__name__] = {"enum": [member.value for member in enumeration]}
    for name, union in {**SENT, **RECEIVED}.items():
        found[name] = {"oneOf": [{"$ref": f"#/definitions/{model.__name__}"} for model in members(union)]}
    return dict(sorted(found.items()))


def main() -> None:
    json.dump({"title": "Protocol", "definitions": definitions()}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
