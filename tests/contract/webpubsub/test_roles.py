"""Wildcard roles: the examples of the reference, and nothing that makes a match slow."""

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.webpubsub.roles import Permission, Roles, matches

# A busy machine is no failure, and what failed is in the report: no deadline, no folder of examples.
PROPERTY = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("chat-*", ["chat-1", "chat-room", "chat-"], ["chat.1", "xchat-1", "chat-a.b"]),
        ("clientA.*", ["clientA.alpha", "clientA.1"], ["clientA.alpha.room1", "clientB.alpha", "clientA"]),
        ("clientA.**", ["clientA.alpha", "clientA.alpha.room1"], ["clientB.anything"]),
        ("clientA.rooms.?1", ["clientA.rooms.a1", "clientA.rooms.11"], ["clientA.rooms.1", "clientA.rooms.a.1"]),
        (r"literal\*star", ["literal*star"], ["literalXstar"]),
        (r"a\\b", [r"a\b"], ["ab", r"a\\b"]),
        (r"what\?", ["what?"], ["whatx"]),
        ("", [""], ["a"]),
        ("*****", ["abc"], []),
        ("******", [], ["abc"]),
    ],
)
def test_a_pattern_covers_what_the_reference_says(pattern: str, covered: list[str], not_covered: list[str]) -> None:
    assert [name for name in covered if not matches(pattern, name)] == []
    assert [name for name in not_covered if matches(pattern, name)] == []


@PROPERTY
@given(st.text("a.*?", max_size=8), st.text("ab.", max_size=8))
def test_matching_agrees_with_the_equivalent_regular_expression(pattern: str, name: str) -> None:
    wildcards = {"**": ".*", "*": "[^.]*", "?": "[^.]"}
    expression = re.sub(r"\*\*|\*|\?|.", lambda token: wildcards.get(token[0], re.escape(token[0])), pattern)
    expected = pattern.count("*") <= 5 and re.fullmatch(expression, name) is not None
    assert matches(pattern, name) == expected


def test_no_group_name_makes_a_match_slow() -> None:
    started = time.perf_counter()
    assert not matches("**a**a*b", "a" * 1024)
    assert time.perf_counter() - started < 0.5


def test_a_role_for_one_group_says_nothing_about_another_permission_or_group() -> None:
    roles = Roles(["webpubsub.sendToGroup.room"])
    assert roles.allows(Permission.SEND_TO_GROUP, "room")
    assert not roles.allows(Permission.SEND_TO_GROUP, "room2")
    assert not roles.allows(Permission.SEND_TO_GROUP, None)
    assert not roles.allows(Permission.JOIN_LEAVE_GROUP, "room")


def test_a_literal_role_does_not_read_its_group_as_a_pattern() -> None:
    assert not Roles(["webpubsub.sendToGroup.*"]).allows(Permission.SEND_TO_GROUP, "room")


def test_revoking_one_group_leaves_a_grant_for_all() -> None:
    roles = Roles()
    roles.grant(Permission.SEND_TO_GROUP, None)
    roles.grant(Permission.SEND_TO_GROUP, "room")
    roles.revoke(Permission.SEND_TO_GROUP, "room")
    assert roles.allows(Permission.SEND_TO_GROUP, "room")
    roles.revoke(Permission.SEND_TO_GROUP, None)
    assert not roles.allows(Permission.SEND_TO_GROUP, "room")
