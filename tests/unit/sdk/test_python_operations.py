"""The Python SDK against the OpenAPI document: every operation has its method, in both clients, and models agree."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard, get_args, get_type_hints

import httpx
import pytest
from pydantic import TypeAdapter

import parley
import parley.aio
from function_app.openapi import document
from parley import models
from parley.model import Model
from sdk.generator.document import Document, Operation, without_null

RAW: dict[str, Any] = json.loads(document())
DOCUMENT = Document.read(RAW)
OPERATIONS = [operation for group in DOCUMENT.groups.values() for operation in group]
TIME = "2026-11-01T09:30:00Z"


def example(schema: Mapping[str, Any]) -> Any:
    """Some value that the schema allows, with every property that it knows."""
    schema, _ = without_null(dict(schema))
    if "$ref" in schema:
        return example(DOCUMENT.schemas[schema["$ref"].rpartition("/")[2]])
    for alternatives in (schema.get(name) for name in ("oneOf", "anyOf", "allOf")):
        if alternatives:
            return example(alternatives[0])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: example(inner) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [example(schema["items"])]
        case "string":
            return TIME if schema.get("format") == "date-time" else "text"
        case "integer" | "number":
            return 7
        case "boolean":
            return True
    return None


class Api:
    """Answers each request as the document says that the operation does, and keeps it."""

    def __init__(self, operation: Operation) -> None:
        self.requests: list[httpx.Request] = []
        status, response = self._first_success(operation)
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        headers = {"Operation-Location": "/operations/op_1", "Retry-After": "0"}
        content = None if schema is None else self._only_page(example(schema))
        self._answer = httpx.Response(status, headers=headers, json=content)

    @staticmethod
    def _first_success(operation: Operation) -> tuple[int, Any]:
        responses = RAW["paths"][operation.path][operation.method.lower()]["responses"]
        return next((int(status), response) for status, response in responses.items() if status.startswith("2"))

    @staticmethod
    def _only_page(content: Any) -> Any:
        if isinstance(content, dict):
            content.pop("nextLink", None)
        return content

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer


def method_of(client: object, operation: Operation) -> Callable[..., Any]:
    prefix = "begin_" if operation.answer.kind == "operation" else ""
    method: Callable[..., Any] = getattr(getattr(client, operation.group), prefix + operation.name)
    return method


def arguments_for(method: Callable[..., Any], operation: Operation) -> dict[str, Any]:
    """A value for every parameter of the method; each of the path is its name in the path."""
    hints = get_type_hints(method)
    given: dict[str, Any] = {one.argument: one.name for one in operation.placed("path")}
    for parameter in (*operation.placed("query"), *operation.placed("header")):
        given[parameter.argument] = TypeAdapter(hints[parameter.argument]).validate_python(example(parameter.schema))
    if operation.content:
        kind = next(one for one in (hints["content"], *get_args(hints["content"])) if _is_model(one))
        given["content"] = kind.model_validate(example(operation.content))
    return given


def _is_model(kind: Any) -> TypeGuard[type[Model]]:
    return inspect.isclass(kind) and issubclass(kind, Model)


def called_sync(operation: Operation) -> httpx.Request:
    api = Api(operation)
    with parley.ParleyClient("https://meet.example", "key", transport=httpx.MockTransport(api)) as client:
        method = method_of(client, operation)
        answer = method(**arguments_for(method, operation))
        if operation.answer.kind == "page":
            assert list(answer)
    [request] = api.requests
    return request


def called_async(operation: Operation) -> httpx.Request:
    api = Api(operation)

    async def call() -> None:
        async with parley.aio.ParleyClient("https://meet.example", "key", transport=httpx.MockTransport(api)) as client:
            method = method_of(client, operation)
            answer = method(**arguments_for(method, operation))
            if operation.answer.kind == "page":
                assert [item async for item in answer]
            else:
                await answer

    asyncio.run(call())
    [request] = api.requests
    return request


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
@pytest.mark.parametrize("called", [called_sync, called_async])
def test_an_operation_is_called_as_the_document_says(
    operation: Operation, called: Callable[[Operation], httpx.Request]
) -> None:
    request = called(operation)
    path = operation.path.replace("{", "").replace("}", "")
    assert (request.method, request.url.path) == (operation.method, path)
    assert set(request.url.params) == {"api-version", *(one.name for one in operation.placed("query"))}
    assert all(one.name in request.headers for one in operation.placed("header"))
    if operation.content:
        assert json.loads(request.content) == example(operation.content)


def test_every_operation_of_the_document_is_known() -> None:
    documented = {one["operationId"] for path in RAW["paths"].values() for one in path.values() if "operationId" in one}
    assert {operation.id for operation in OPERATIONS} == documented


@pytest.mark.parametrize("name", sorted(DOCUMENT.schemas))
def test_a_model_has_the_fields_of_its_schema(name: str) -> None:
    schema = DOCUMENT.schemas[name]
    known = getattr(models, name)
    if "enum" in schema:
        assert get_args(get_args(known)[0]) == tuple(schema["enum"])
        return
    assert issubclass(known, Model)
    known.model_rebuild()
    fields = {field.alias: field for field in known.model_fields.values()}
    assert set(fields) == set(schema.get("properties", {}))
    assert {alias for alias, field in fields.items() if field.is_required()} == set(schema.get("required", ()))
    value = example(schema)
    assert json.loads(known.model_validate(value).json_body()) == value
