"""The properties of a container: which are valid, what is assumed, what may change later."""

from __future__ import annotations

from typing import Any

from local_azure.cosmos.errors import BadRequestError
from local_azure.cosmos.partition_keys import PartitionKeyDefinition, split_path

_DEFAULT_INDEXING = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": '/"_etag"/?'}],
}
_DEFAULT_CONFLICTS = {
    "mode": "LastWriterWins",
    "conflictResolutionPath": "/_ts",
    "conflictResolutionProcedure": "",
}
_FIXED = ("id", "partitionKey", "uniqueKeyPolicy")
_MAX_NAME = 255
_MAX_TTL = 2**31 - 1


def check_name(name: object) -> str:
    """The id of a database, container or document. Raises BadRequestError on one that a URL cannot carry."""
    if not isinstance(name, str) or not name or len(name) > _MAX_NAME:
        raise BadRequestError(f"The input name is invalid: an id is a string of 1 to {_MAX_NAME} characters.")
    if any(character in "/\\?#" or ord(character) < 32 for character in name) or name.endswith(" "):
        raise BadRequestError("The input name is invalid: an id holds no '/', '\\', '?' or '#' and ends in no space.")
    return name


def check_ttl(ttl: object) -> int:
    """A time to live in seconds: positive, or -1 for ever. Raises BadRequestError."""
    if not isinstance(ttl, int) or isinstance(ttl, bool) or not (ttl == -1 or 0 < ttl <= _MAX_TTL):
        raise BadRequestError("The input ttl is invalid: it is a positive whole number of seconds, or -1.")
    return ttl


def complete(body: dict[str, Any]) -> dict[str, Any]:
    """The properties of a new container, with defaults. Raises BadRequestError."""
    properties = {name: value for name, value in body.items() if not name.startswith("_")}
    check_name(properties.get("id"))
    partition_key = properties.get("partitionKey")
    definition = PartitionKeyDefinition.from_properties(partition_key)
    kind = "MultiHash" if definition.is_hierarchical else "Hash"
    properties["partitionKey"] = {**(partition_key or {}), "kind": kind, "version": 2}
    if properties.get("defaultTtl") is None:
        properties.pop("defaultTtl", None)
    else:
        check_ttl(properties["defaultTtl"])
    properties["uniqueKeyPolicy"] = _unique_key_policy(properties.get("uniqueKeyPolicy"))
    indexing = properties.get("indexingPolicy")
    if indexing is not None and not isinstance(indexing, dict):
        raise BadRequestError("The indexing policy must be an object.")
    properties["indexingPolicy"] = {**_DEFAULT_INDEXING, **(indexing or {})}
    properties.setdefault("conflictResolutionPolicy", _DEFAULT_CONFLICTS)
    return properties


def replaced(old: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The properties after a replace. Raises BadRequestError if what a container is made of would change."""
    properties = complete({"uniqueKeyPolicy": old.get("uniqueKeyPolicy"), **body})
    for name in _FIXED:
        if properties.get(name) != old.get(name):
            raise BadRequestError(f"The {name} of a container cannot be changed.")
    return properties


def _unique_key_policy(policy: object) -> dict[str, Any]:
    if policy is None:
        return {"uniqueKeys": []}
    keys = policy.get("uniqueKeys", []) if isinstance(policy, dict) else None
    if not isinstance(keys, list):
        raise BadRequestError("The unique key policy must hold a list of unique keys.")
    for key in keys:
        paths = key.get("paths") if isinstance(key, dict) else None
        if not isinstance(paths, list) or not paths:
            raise BadRequestError("A unique key must hold a list of paths.")
        for path in paths:
            split_path(path)
    return {"uniqueKeys": keys}
