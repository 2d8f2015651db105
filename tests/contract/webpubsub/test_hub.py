"""Hubs forget what nobody uses any more."""

from local_azure.webpubsub import Limits
from local_azure.webpubsub.connection import Connection
from local_azure.webpubsub.errors import CLIENT_LEFT
from local_azure.webpubsub.hub import Hubs
from local_azure.webpubsub.tokens import ClientIdentity

LIMITS = Limits()


async def test_a_connection_that_ended_is_in_no_index_and_an_empty_hub_is_gone() -> None:
    hubs = Hubs(LIMITS)
    ann, ben = (Connection("meetings", ClientIdentity(user_id=name), LIMITS) for name in ("ann", "ben"))
    for connection in (ann, ben):
        hubs.add(connection, ["room"])
    hub = hubs.get("meetings")
    ann.end(CLIENT_LEFT)
    assert hubs.get("meetings") is hub
    assert hub.everyone() == hub.in_group("room") == hub.of_user("ben") == [ben]
    assert hub.of_user("ann") == []
    assert hub.find(ann.id) is None
    ben.end(CLIENT_LEFT)
    assert hubs.everyone() == []
    assert hubs.get("meetings") is not hub


async def test_ending_twice_counts_once() -> None:
    hubs = Hubs(Limits(connections=1))
    for _ in range(2):
        hubs.check_room()
        connection = Connection("meetings", ClientIdentity(), LIMITS)
        hubs.add(connection, [])
        connection.end(CLIENT_LEFT)
        connection.end(CLIENT_LEFT)
    hubs.check_room()
