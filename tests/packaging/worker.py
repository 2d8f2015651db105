"""Runs Microsoft's own worker library over a folder, as the Functions host would, and prints what came of it.

    python worker.py < request.json > answer.json

The request is `{"root": folder, "invocations": [{"function": name, "http" or "timer" or "documents": ...}]}`, and the
answer `{"functions": {name: [binding, ...]}, "results": [{"ok": bool, "error": text, "status": int, "body": text}],
"frozen": objects}`, the last being how many objects the garbage collector leaves alone. The host talks gRPC to its
worker. The library needs of that only the message types, which stand here as plain objects.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import types
import uuid
from typing import Any

_MAPS = {"headers", "params", "query", "trigger_metadata", "attributes", "capabilities", "identities"}
_SUCCESS = 1


class Message:
    """Any protobuf message: what was given by name is there, and all else is absent, like a field that is not set."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "TypedData":
            raise AttributeError(name)
        return {} if name in _MAPS else None

    def WhichOneof(self, group: str) -> str | None:  # noqa: N802 protobuf's own name
        """The field of the group that is set: the only one that was given."""
        return next(iter(self.__dict__), None)


class ParameterBinding(Message):
    def WhichOneof(self, group: str) -> str:  # noqa: N802 protobuf's own name
        """A binding has its name besides its data."""
        return "data"


class StatusResult(Message):
    Failure = 0
    Success = 1
    Cancelled = 2


class BindingInfo(Message):
    undefined = 0
    out = 1
    inout = 2


setattr(BindingInfo, "in", 0)


class RpcHttpCookie(Message):
    SameSite = types.SimpleNamespace(Lax=1, Strict=2, ExplicitNone=3, **{"None": 0})


class Protocol(types.ModuleType):
    """The generated module of message types; those that need nothing special are made when they are asked for."""

    StatusResult = StatusResult
    BindingInfo = BindingInfo
    RpcHttpCookie = RpcHttpCookie

    def __getattr__(self, name: str) -> type[Message]:
        if name.startswith("_"):
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


PROTOCOL: Any = Protocol("protos")


def ask(**request: Any) -> Message:
    """What the worker process hands to its library for one message of the host."""
    properties = {"host": "127.0.0.1", "protos": PROTOCOL}
    return Message(request=Message(**request), properties=properties)


def typed(**data: Any) -> Any:
    return PROTOCOL.TypedData(**data)


def inputs(invocation: dict[str, Any]) -> list[ParameterBinding]:
    """What triggers the function, in the form that the host gives it."""
    if "http" in invocation:
        http = dict(invocation["http"])
        body = http.pop("body", None)
        content = typed() if body is None else typed(bytes=body.encode())
        request = PROTOCOL.RpcHttp(**{"headers": {}, "params": {}, "query": {}, **http, "body": content})
        return [ParameterBinding(name="req", data=typed(http=request))]
    if "documents" in invocation:
        return [ParameterBinding(name="documents", data=typed(string=json.dumps(invocation["documents"])))]
    return [ParameterBinding(name="timer", data=typed(json=json.dumps(invocation["timer"])))]


def described(response: Any) -> dict[str, Any]:
    """The outcome of one invocation."""
    error = response.result.exception
    result: dict[str, Any] = {"ok": response.result.status == _SUCCESS, "error": error.message if error else ""}
    if response.return_value is not None and response.return_value.http:
        http = response.return_value.http
        result |= {"status": int(http.status_code), "body": http.body.bytes.decode(), "headers": dict(http.headers)}
    return result


async def serve(request: dict[str, Any]) -> dict[str, Any]:
    import azure_functions_runtime

    runtime: Any = azure_functions_runtime

    root = request["root"]
    runtime.start_threadpool_executor()
    started = await runtime.worker_init_request(
        ask(worker_init_request=Message(capabilities={}, function_app_directory=root))
    )
    if started.result.status != _SUCCESS:
        raise SystemExit(started.result.exception.message)
    metadata = await runtime.functions_metadata_request(
        ask(functions_metadata_request=Message(function_app_directory=root))
    )
    functions = {function.name: function for function in metadata.function_metadata_results or []}
    for function in functions.values():
        await runtime.function_load_request(ask(function_load_request=Message(function_id=function.function_id)))
    results = [
        described(await invoke(runtime, functions[invocation["function"]], invocation))
        for invocation in request["invocations"]
    ]
    await close_app()
    runtime.stop_threadpool_executor()
    listed = {name: [json.loads(binding) for binding in found.raw_bindings] for name, found in functions.items()}
    return {"functions": listed, "results": results, "frozen": gc.get_freeze_count()}


async def invoke(runtime: Any, function: Any, invocation: dict[str, Any]) -> Any:
    nothing = Message(trace_parent="", trace_state="", attributes={})
    return await runtime.invocation_request(
        ask(
            invocation_request=Message(
                invocation_id=str(uuid.uuid4()),
                function_id=function.function_id,
                input_data=inputs(invocation),
                trigger_metadata={},
                trace_context=nothing,
                retry_context=Message(retry_count=0, max_retry_count=0, exception=None),
            )
        )
    )


async def close_app() -> None:
    """Ends the application in its own event loop; at the interpreter's end it would try so in another."""
    import function_app

    app: Any = function_app.app
    if app.startup_task_done:
        await app.middleware.notify_shutdown()
        app.startup_task_done = False


def main() -> None:
    request = json.load(sys.stdin)
    answer, sys.stdout = sys.stdout, sys.stderr
    os.chdir(request["root"])
    sys.path.insert(0, request["root"])
    json.dump(asyncio.run(serve(request)), answer)


if __name__ == "__main__":
    main()
