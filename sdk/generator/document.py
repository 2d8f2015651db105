"""The OpenAPI document as the SDKs see it: groups of operations with their parameters, body and answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sdk.generator.naming import method_name, path_argument, snake_case

Json = dict[str, Any]

_JSON = "application/json"
_METHODS = ("get", "put", "post", "patch", "delete")
_SAFE_TO_REPEAT = ("get", "put", "patch", "delete")
_LEFT_TO_THE_CLIENT = ("api-version", "continuationToken", "Repeatability-Request-ID")
_IDEMPOTENCY_KEY = "idempotency-key"
_REPEATABLE_ACTIONS = frozenset(
    {"issueToken", "issueGuestToken", "joinSession", "refreshSession", "leaveSession", "startMeeting", "endMeeting"}
    | {"lockMeeting", "unlockMeeting", "admitParticipant", "denyParticipant", "admitAll", "muteAll"}
    | {"removeParticipant", "moveParticipant", "eraseUser"}
)
"""Those POST operations that have the same effect when they are done twice, though they take no idempotency key."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation: `name` is its name in the request, `argument` its name in Python."""

    name: str
    place: Literal["path", "query", "header"]
    argument: str
    schema: Json
    description: str

    @property
    def is_idempotency_key(self) -> bool:
        return self.name == _IDEMPOTENCY_KEY


@dataclass(frozen=True)
class Answer:
    """What a success brings: JSON of one of `schemas`, text, or nothing."""

    kind: Literal["json", "text", "nothing", "page", "operation"]
    schemas: tuple[Json, ...] = ()
    """For a page, the schema of one item."""


@dataclass(frozen=True)
class Operation:
    id: str
    group: str
    name: str
    """Of the method, in snake_case."""
    method: str
    path: str
    description: str
    parameters: tuple[Parameter, ...]
    content: Json | None
    """The schema of the body."""
    content_required: bool
    answer: Answer
    repeatable: bool
    """Whether it may be sent again when nobody knows whether it was done."""

    def placed(self, place: str) -> list[Parameter]:
        return [parameter for parameter in self.parameters if parameter.place == place]


@dataclass(frozen=True)
class Document:
    version: str
    schemas: Json
    events: tuple[str, ...]
    """The names of the schemas of what webhooks are sent."""
    groups: dict[str, list[Operation]]

    @classmethod
    def read(cls, document: Json) -> Document:
        schemas = document["components"]["schemas"]
        groups: dict[str, list[Operation]] = {}
        for operation in _operations(document, schemas):
            groups.setdefault(operation.group, []).append(operation)
        for group, operations in groups.items():
            _refuse_equal_names(group, operations)
        events = tuple(
            reference_name(item["post"]["requestBody"]["content"]["application/cloudevents+json"]["schema"])
            for _, item in sorted(document["webhooks"].items())
        )
        return cls(document["info"]["version"], schemas, events, dict(sorted(groups.items())))


def reference_name(schema: Json) -> str:
    """The name of the schema that a reference is to."""
    return str(schema["$ref"]).rpartition("/")[2]


def without_null(schema: Json) -> tuple[Json, bool]:
    """The schema without its null, and whether it had one."""
    alternatives = schema.get("anyOf", ())
    others = [one for one in alternatives if one != {"type": "null"}]
    if len(others) == len(alternatives):
        return schema, False
    if len(others) == 1:
        return others[0], True
    return {"anyOf": others}, True


def _operations(document: Json, schemas: Json) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _operation(method, path, item[method], schemas)


def _operation(method: str, path: str, raw: Json, schemas: Json) -> Operation:
    [group] = raw["tags"]
    parameters = tuple(
        _parameter(path, one) for one in raw.get("parameters", ()) if one["name"] not in _LEFT_TO_THE_CLIENT
    )
    body = raw.get("requestBody")
    content = without_null(body["content"][_JSON]["schema"])[0] if body else None
    has_key = any(parameter.is_idempotency_key for parameter in parameters)
    return Operation(
        id=raw["operationId"],
        group=group,
        name=method_name(raw["operationId"], group),
        method=method.upper(),
        path=path,
        description=raw.get("description", ""),
        parameters=_in_order_of_path(path, parameters),
        content=content,
        content_required=bool(body and body.get("required")),
        answer=_answer(raw["responses"], schemas),
        repeatable=method in _SAFE_TO_REPEAT or has_key or raw["operationId"] in _REPEATABLE_ACTIONS,
    )


def _parameter(path: str, raw: Json) -> Parameter:
    name = raw["name"]
    argument = path_argument(path, name) if raw["in"] == "path" else snake_case(name)
    return Parameter(name, raw["in"], argument, raw["schema"], raw.get("description", ""))


def _in_order_of_path(path: str, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    return tuple(sorted(parameters, key=lambda one: path.find(f"{{{one.name}}}") if one.place == "path" else len(path)))


def _answer(responses: Json, schemas: Json) -> Answer:
    successes = {status: response for status, response in responses.items() if status.startswith("2")}
    contents = [response.get("content", {}) for response in successes.values()]
    found: list[Json] = []
    for content in contents:
        schema = content.get(_JSON, {}).get("schema") or {}
        alternatives = schema.get("oneOf") or schema.get("anyOf") or [schema]
        found += [one for one in alternatives if one and one not in found]
    if not found:
        return Answer("text" if any(set(content) - {_JSON} for content in contents) else "nothing")
    if "Operation-Location" in successes.get("202", {}).get("headers", {}):
        return Answer("operation", tuple(found))
    item = _item_of_page(found[0], schemas) if len(found) == 1 else None
    return Answer("page", (item,)) if item else Answer("json", tuple(found))


def _item_of_page(schema: Json, schemas: Json) -> Json | None:
    """The schema of one item, if the answer is a list in pages, of which there may be only one."""
    properties: Json = schemas[reference_name(schema)].get("properties", {}) if "$ref" in schema else {}
    if "value" not in properties or set(properties) - {"value", "nextLink"}:
        return None
    item: Json | None = properties["value"].get("items")
    return item


def _refuse_equal_names(group: str, operations: list[Operation]) -> None:
    names = [operation.name for operation in operations]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{group} has several operations called {', '.join(sorted(twice))}")
