"""Hubs and their indexes: who is in a group, which connections a user has. Nothing here scans all connections."""

from collections.abc import Collection, Iterable

from local_azure.webpubsub.connection import Connection
from local_azure.webpubsub.errors import RequestError
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.messages import Message

_Index = dict[str, dict[str, Connection]]


class Hub:
    """The connections of one hub by id, group and user."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self._limits = limits
        self._connections: dict[str, Connection] = {}
        self._groups: _Index = {}
        self._users: _Index = {}

    def __len__(self) -> int:
        return len(self._connections)

    def add(self, connection: Connection) -> None:
        """Takes in a connection with its user."""
        self._connections[connection.id] = connection
        if connection.user_id is not None:
            self._users.setdefault(connection.user_id, {})[connection.id] = connection

    def discard(self, connection: Connection) -> None:
        """Forgets a connection and everything it was in."""
        self._connections.pop(connection.id, None)
        if connection.user_id is not None:
            _remove(self._users, connection.user_id, connection)
        self.leave_all(connection)

    def join(self, connection: Connection, group: str) -> bool:
        """Adds a connection to a group. False if it is in too many already."""
        if group not in connection.groups and len(connection.groups) >= self._limits.groups_per_connection:
            return False
        connection.groups.add(group)
        self._groups.setdefault(group, {})[connection.id] = connection
        return True

    def leave(self, connection: Connection, group: str) -> None:
        """Removes a connection from a group, if it is in it."""
        connection.groups.discard(group)
        _remove(self._groups, group, connection)

    def leave_all(self, connection: Connection) -> None:
        """Removes a connection from all its groups."""
        for group in list(connection.groups):
            self.leave(connection, group)

    def find(self, connection_id: str) -> Connection | None:
        """The connection with this id, online or waiting for recovery."""
        return self._connections.get(connection_id)

    def everyone(self) -> list[Connection]:
        """All connections; a copy, as delivering may end some."""
        return list(self._connections.values())

    def in_group(self, group: str) -> list[Connection]:
        """The members of a group; a copy."""
        return list(self._groups.get(group, {}).values())

    def of_user(self, user_id: str) -> list[Connection]:
        """The connections of a user; a copy."""
        return list(self._users.get(user_id, {}).values())


class Hubs:
    """All hubs. A hub exists while it has connections."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._hubs: dict[str, Hub] = {}
        self._count = 0

    def get(self, name: str) -> Hub:
        """The hub of this name, which is empty if nobody is connected."""
        hub = self._hubs.get(name)
        return Hub(name, self._limits) if hub is None else hub

    def check_room(self) -> None:
        """Raises RequestError 429 when no further connection fits."""
        if self._count >= self._limits.connections:
            raise RequestError(429, "TooManyConnections", "The service has no room for another connection.")

    def add(self, connection: Connection, groups: Iterable[str]) -> None:
        """Takes in a connection with its first groups, until it ends."""
        hub = self._hubs.setdefault(connection.hub_name, Hub(connection.hub_name, self._limits))
        hub.add(connection)
        for group in groups:
            hub.join(connection, group)
        self._count += 1
        connection.on_end = self._discard

    def everyone(self) -> list[Connection]:
        """The connections of all hubs; a copy."""
        return [connection for hub in self._hubs.values() for connection in hub.everyone()]

    def _discard(self, connection: Connection) -> None:
        hub = self._hubs[connection.hub_name]
        hub.discard(connection)
        self._count -= 1
        if not len(hub):
            del self._hubs[connection.hub_name]


def deliver(message: Message, targets: Iterable[Connection], excluded: Collection[str] = ()) -> None:
    """Queues a message for every target but the excluded connection ids, without waiting for any."""
    for connection in targets:
        if connection.id not in excluded:
            connection.deliver(message)


def _remove(index: _Index, key: str, connection: Connection) -> None:
    members = index.get(key)
    if members is not None and members.pop(connection.id, None) is not None and not members:
        del index[key]
