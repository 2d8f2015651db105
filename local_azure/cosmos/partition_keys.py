"""Partition keys: where they are in a document, how they are compared, and where they hash to.

A key is a tuple of components, each a string, number, boolean, None or `UNDEFINED`. A hierarchical key treats
undefined as null, because the SDK sends null for a path that is missing. The effective partition key (EPK) is the
hexadecimal hash by which the service orders keys; the hash of a hierarchical key begins with the hash of its prefix.
Source: https://learn.microsoft.com/azure/cosmos-db/hierarchical-partition-keys
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.errors import PARTITION_KEY_MISMATCH, BadRequestError
from local_azure.cosmos.murmur3 import murmur3_128
from local_azure.cosmos.sql.values import UNDEFINED

MAX_COMPONENT_BYTES = 2048
MAX_LEVELS = 3

Components = tuple[object, ...]
_PATH_STEP = re.compile(r'/(?:"([^"]*)"|([^/"]+))')
_NUMBER_MARK, _STRING_MARK = b"\x05", b"\x08"


def split_path(path: object) -> tuple[str, ...]:
    """The property names of a path such as `/a/b` or `/"a b"/c`. Raises BadRequestError on anything else."""
    if isinstance(path, str) and re.fullmatch(rf"(?:{_PATH_STEP.pattern})+", path):
        return tuple(quoted or plain for quoted, plain in _PATH_STEP.findall(path))
    raise BadRequestError(f"The path {str(path)[:100]!r} is not valid.")


def value_at(document: Mapping[str, Any], path: tuple[str, ...]) -> object:
    """What the document holds at the path; undefined where there is nothing."""
    value: object = document
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return UNDEFINED
        value = value[name]
    return value


@dataclass(frozen=True, slots=True)
class PartitionKeyDefinition:
    """The partition key paths of a container; more than one path makes it hierarchical."""

    paths: tuple[tuple[str, ...], ...]

    @property
    def is_hierarchical(self) -> bool:
        """Whether the kind is MultiHash."""
        return len(self.paths) > 1

    @classmethod
    def from_properties(cls, properties: object) -> PartitionKeyDefinition:
        """From the `partitionKey` property of a container. Raises BadRequestError."""
        if not isinstance(properties, dict) or not isinstance(properties.get("paths"), list):
            raise BadRequestError("A container needs a partition key definition.")
        paths = tuple(split_path(path) for path in properties["paths"])
        expected = "MultiHash" if len(paths) > 1 else "Hash"
        if not 1 <= len(paths) <= MAX_LEVELS or properties.get("kind", expected) != expected:
            raise BadRequestError("The partition key needs one path (Hash) or two to three paths (MultiHash).")
        if properties.get("version", 2) != 2:
            raise BadRequestError("This emulator supports partition keys of version 2 only.")
        return cls(paths)

    def of_document(self, document: Mapping[str, Any]) -> Components:
        """The key of a document. Raises BadRequestError where a component is an array or object."""
        return self._normalise(value_at(document, path) for path in self.paths)

    def from_header(self, header: str) -> Components:
        """The key, or prefix of one, in `x-ms-documentdb-partitionkey`. Raises BadRequestError."""
        try:
            values = json_text.parse(header.encode("utf-8", "surrogateescape"))
        except BadRequestError:
            values = None
        if not isinstance(values, list) or not 1 <= len(values) <= len(self.paths):
            raise BadRequestError(f"Partition key {header[:100]} is invalid.", PARTITION_KEY_MISMATCH)
        return self._normalise(UNDEFINED if value == {} else value for value in values)

    def _normalise(self, values: Any) -> Components:
        components = tuple(None if v is UNDEFINED and self.is_hierarchical else v for v in values)
        for component in components:
            if isinstance(component, (list, dict)):
                raise BadRequestError("A partition key is a string, number, boolean or null.", PARTITION_KEY_MISMATCH)
            if isinstance(component, str) and len(component.encode()) > MAX_COMPONENT_BYTES:
                raise BadRequestError(f"A partition key value is over {MAX_COMPONENT_BYTES} bytes.")
        return components

    def effective(self, components: Components) -> str:
        """The EPK: hexadecimal, in upper case, 32 digits for each level given."""
        if self.is_hierarchical:
            return "".join(_hash(_bytes_of(component)) for component in components)
        return _hash(b"".join(map(_bytes_of, components)))


def text_of(components: Components) -> str:
    """One text per key, as the header writes it."""
    return json_text.dump([{} if component is UNDEFINED else component for component in components])


def _hash(data: bytes) -> str:
    low, high = murmur3_128(data)
    # The two highest bits are cleared so that every key sorts below the end of the range, "FF".
    return f"{high & (1 << 62) - 1:016X}{low:016X}"


def _bytes_of(component: object) -> bytes:
    if component is UNDEFINED:
        return b"\x00"
    if component is None:
        return b"\x01"
    if isinstance(component, bool):
        return b"\x03" if component else b"\x02"
    if isinstance(component, str):
        return _STRING_MARK + component.encode() + b"\xff"
    return _NUMBER_MARK + struct.pack("<d", component)
