"""Requests made from the OpenAPI document: one valid example of each operation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from function_app.openapi import document

Json = dict[str, Any]
_METHODS = ("get", "put", "post", "patch", "delete")


class NoExampleError(Exception):
    """Nothing says what a valid value would be: give the field `examples`, or the test a value of that name."""


@dataclass(frozen=True)
class Operation:
    method: str
    template: str
    """The path, with `{id}` and the like."""
    described: Json
    schemas: Mapping[str, Json]

    @property
    def id(self) -> str:
        return str(self.described["operationId"])

    @property
    def names(self) -> list[str]:
        """The ids in its path, by their parameters."""
        return re.findall(r"{(\w+)}", self.template)

    @property
    def security(self) -> set[str]:
        """The credentials that it takes."""
        return {name for one in self.described.get("security", []) for name in one}

    def path(self, values: Mapping[str, Any]) -> str:
        """Raises NoExampleError for an id that `values` does not have."""
        path = self.template
        query = []
        for parameter in self.described.get("parameters", []):
            name, place = parameter["name"], parameter["in"]
            if place == "path":
                path = path.replace(f"{{{name}}}", str(_given(values, name, self.template)))
            elif place == "query" and parameter.get("required"):
                query.append(f"{name}={self._example(parameter['schema'], name, values)}")
        return f"{path}?{'&'.join(query)}" if query else path

    def body(self, values: Mapping[str, Any]) -> Any:
        """A body with what is required, or None; `values` has what the document leaves open, by the field's name."""
        content = self.described.get("requestBody", {}).get("content", {})
        return self._example(content["application/json"]["schema"], "", values) if content else None

    def _example(self, schema: Json, name: str, values: Mapping[str, Any]) -> Any:
        if "$ref" in schema:
            return self._example(self.schemas[schema["$ref"].rsplit("/", 1)[1]], name, values)
        for given in ("examples", "enum"):
            if given in schema:
                return schema[given][0]
        for given in ("const", "default"):
            if given in schema:
                return schema[given]
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self._example(schema[choice][0], name, values)
        match schema.get("type"):
            case "object":
                fields = schema.get("properties", {})
                return {field: self._example(fields[field], field, values) for field in schema.get("required", [])}
            case "array":
                return [self._example(schema["items"], name, values)] * int(schema.get("minItems", 0))
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "string" if "pattern" not in schema and "format" not in schema:
                return "x" * int(schema.get("minLength", 1))
        return _given(values, name, self.template)


class OpenApi:
    """The document of this tree."""

    @cached_property
    def described(self) -> Json:
        parsed: Json = json.loads(document())
        return parsed

    def operations(self) -> Iterator[Operation]:
        schemas = self.described["components"]["schemas"]
        for template, methods in self.described["paths"].items():
            for method in _METHODS:
                if method in methods:
                    yield Operation(method.upper(), template, methods[method], schemas)


def _given(values: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in values:
        raise NoExampleError(f"{where}: what is a valid {name}?")
    return values[name]
