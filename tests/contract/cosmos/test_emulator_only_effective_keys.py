"""Effective partition keys are the SDK's own, which sends ranges of them."""

from __future__ import annotations

from typing import Any

import pytest
from azure.cosmos import PartitionKey
from hypothesis import given
from hypothesis import strategies as st

from local_azure.cosmos.murmur3 import murmur3_128
from local_azure.cosmos.partition_keys import PartitionKeyDefinition

COMPONENTS = (
    st.text(st.characters(codec="utf-8"), max_size=40)
    | st.booleans()
    | st.none()
    | st.integers(-9, 9)
    | st.floats(-9, 9)
)


@given(COMPONENTS)
def test_a_single_key_hashes_as_in_the_sdk(component: Any) -> None:
    ours = PartitionKeyDefinition((("a",),)).effective((component,))
    assert ours == PartitionKey(path="/a")._get_effective_partition_key_string([component])


@given(st.lists(COMPONENTS, min_size=1, max_size=3))
def test_a_hierarchical_key_and_its_prefixes_hash_as_in_the_sdk(components: list[Any]) -> None:
    ours = PartitionKeyDefinition((("a",), ("b",), ("c",))).effective(tuple(components))
    theirs = PartitionKey(path=["/a", "/b", "/c"], kind="MultiHash")
    assert ours == theirs._get_effective_partition_key_string(components)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", (0, 0)), (b"hello", (0xCBD8A7B341BD9B02, 0x5B1E906A48AE1D19))],
)
def test_the_hash_gives_the_published_values(data: bytes, expected: tuple[int, int]) -> None:
    assert murmur3_128(data) == expected
