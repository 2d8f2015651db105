"""What a client may do with which groups.

Source: https://learn.microsoft.com/azure/azure-web-pubsub/concept-wildcard-group-roles
"""

from collections.abc import Iterable
from enum import StrEnum

_MAX_STARS = 5


class Permission(StrEnum):
    """A thing that a role allows, on one group, on the groups of a pattern, or on all."""

    JOIN_LEAVE_GROUP = "joinLeaveGroup"
    SEND_TO_GROUP = "sendToGroup"


class Roles:
    """The roles of one connection, as strings like `webpubsub.sendToGroup.room1`. Unknown roles allow nothing."""

    def __init__(self, roles: Iterable[str] = ()) -> None:
        self._roles = set(roles)

    def allows(self, permission: Permission, group: str | None) -> bool:
        """Whether the permission holds for the group, or for every group when `group` is None."""
        everywhere = f"webpubsub.{permission}"
        if everywhere in self._roles:
            return True
        if group is None:
            return False
        if f"{everywhere}.{group}" in self._roles:
            return True
        prefix = f"{everywhere}s."
        return any(role.startswith(prefix) and matches(role[len(prefix) :], group) for role in self._roles)

    def add(self, roles: Iterable[str]) -> None:
        """Adds roles as they are written in a token or a `connect` response."""
        self._roles.update(roles)

    def grant(self, permission: Permission, group: str | None) -> None:
        """Allows the permission on the group, or on every group when `group` is None."""
        self._roles.add(_literal_role(permission, group))

    def revoke(self, permission: Permission, group: str | None) -> None:
        """Takes back exactly what `grant` with the same arguments gave."""
        self._roles.discard(_literal_role(permission, group))


def matches(pattern: str, name: str) -> bool:
    """Whether a wildcard pattern covers a group name.

    `?` is one character but a dot, `*` any run without a dot, `**` any run, `\\` takes the next character literally.
    A pattern with more than five stars covers nothing. Runs in O(pattern * name), whatever they hold.
    """
    tokens = _tokens(pattern)
    if tokens is None:
        return False
    positions = _skip_runs(tokens, {0})
    for character in name:
        positions = _skip_runs(tokens, _step(tokens, positions, character))
        if not positions:
            return False
    return len(tokens) in positions


def _literal_role(permission: Permission, group: str | None) -> str:
    return f"webpubsub.{permission}" if group is None else f"webpubsub.{permission}.{group}"


# A token is (kind, character): a literal character, or one of the wildcards "?", "*" and "**".
_Token = tuple[str, str]


def _tokens(pattern: str) -> list[_Token] | None:
    tokens: list[_Token] = []
    stars = index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "\\" and index + 1 < len(pattern):
            tokens.append(("literal", pattern[index + 1]))
            index += 2
        elif pattern.startswith("**", index):
            tokens.append(("**", ""))
            stars += 2
            index += 2
        else:
            tokens.append((character, "") if character in "*?" else ("literal", character))
            stars += character == "*"
            index += 1
    return tokens if stars <= _MAX_STARS else None


def _skip_runs(tokens: list[_Token], positions: set[int]) -> set[int]:
    """Adds the positions that are reached when a run matches nothing."""
    reached = set(positions)
    for position in positions:
        while position < len(tokens) and tokens[position][0] in ("*", "**"):
            position += 1
            reached.add(position)
    return reached


def _step(tokens: list[_Token], positions: set[int], character: str) -> set[int]:
    reached = set()
    for position in positions:
        if position == len(tokens):
            continue
        kind, literal = tokens[position]
        if kind == "**" or (kind == "*" and character != "."):
            reached.add(position)
        elif (kind == "?" and character != ".") or (kind == "literal" and character == literal):
            reached.add(position + 1)
    return reached
