"""Transactional batches: up to a hundred operations on one partition, all or none.

Source: https://learn.microsoft.com/azure/cosmos-db/transactional-batch
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_azure.cosmos.charges import write_charge
from local_azure.cosmos.documents import Conditions, DocumentWriter, Outcome, conditions_of
from local_azure.cosmos.errors import BadRequestError, CosmosError
from local_azure.cosmos.sql.errors import QueryError

MAX_OPERATIONS = 100
_FAILED_DEPENDENCY = 424
_MULTI_STATUS = 207

_Run = Callable[[DocumentWriter, dict[str, Any], Conditions], Outcome]


class BatchRolledBackError(Exception):
    """An operation failed; `results` says which, for the answer with status 207."""

    def __init__(self, results: list[dict[str, Any]]) -> None:
        super().__init__("the batch was rolled back")
        self.results = results
        self.status = _MULTI_STATUS


def run_batch(writer: DocumentWriter, operations: object) -> list[dict[str, Any]]:
    """The result of each operation.

    Raises BadRequestError on a batch that is not one, and BatchRolledBackError when an operation fails; the caller
    must then roll back the transaction that the writer works in.
    """
    if not isinstance(operations, list) or not 1 <= len(operations) <= MAX_OPERATIONS:
        raise BadRequestError(f"A batch takes 1 to {MAX_OPERATIONS} operations.")
    results = []
    for index, operation in enumerate(operations):
        try:
            results.append(_result(_run(writer, operation)))
        except (CosmosError, QueryError) as error:
            raise BatchRolledBackError(_failures(len(operations), index, error)) from None
    return results


def _run(writer: DocumentWriter, operation: object) -> Outcome:
    if not isinstance(operation, dict):
        raise BadRequestError("A batch operation must be an object.")
    kind = operation.get("operationType")
    run = _KINDS.get(kind) if isinstance(kind, str) else None
    if run is None:
        raise BadRequestError(f"The batch operation {str(kind)[:20]!r} is not one of {', '.join(_KINDS)}.")
    return run(writer, operation, conditions_of(operation, "ifMatch", "ifNoneMatch"))


def _document_id(operation: dict[str, Any]) -> str:
    document_id = operation.get("id")
    if not isinstance(document_id, str):
        raise BadRequestError("The batch operation needs an id.")
    return document_id


_KINDS: dict[str, _Run] = {
    "Create": lambda writer, operation, _: writer.create(operation.get("resourceBody")),
    "Upsert": lambda writer, operation, conditions: writer.upsert(operation.get("resourceBody"), conditions),
    "Replace": lambda writer, operation, conditions: writer.replace(
        _document_id(operation), operation.get("resourceBody"), conditions
    ),
    "Patch": lambda writer, operation, conditions: writer.patch(
        _document_id(operation), operation.get("resourceBody"), conditions
    ),
    "Delete": lambda writer, operation, conditions: writer.delete(_document_id(operation), conditions),
    "Read": lambda writer, operation, conditions: writer.read(_document_id(operation), conditions),
}


def _result(outcome: Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {"statusCode": outcome.status, "requestCharge": write_charge(outcome.text)}
    if outcome.body is not None:
        result |= {"eTag": outcome.body["_etag"], "resourceBody": outcome.body}
    return result


def _failures(count: int, failed: int, error: CosmosError | QueryError) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = [{"statusCode": _FAILED_DEPENDENCY, "requestCharge": 0} for _ in range(count)]
    results[failed]["statusCode"] = error.status if isinstance(error, CosmosError) else BadRequestError.status
    substatus = error.substatus if isinstance(error, CosmosError) else None
    if substatus is not None:
        results[failed]["subStatusCode"] = substatus
    return results
