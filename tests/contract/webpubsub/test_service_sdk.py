"""Conformance: the unmodified Python service SDK, against the emulator or a real resource."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.messaging.webpubsubclient.models import SendMessageError

from .drivers import FLAVOURS, Client, Service
from .support import until

HUB = "conformance"

OpenClient = Callable[..., Awaitable[Client]]


@pytest.fixture(params=FLAVOURS)
async def service(request: pytest.FixtureRequest, connection_string: str) -> AsyncIterator[Service]:
    driver = Service(request.param, connection_string, HUB)
    yield driver
    await driver.close()


@pytest.fixture
async def open_client(service: Service) -> AsyncIterator[OpenClient]:
    clients: list[Client] = []

    async def open_one(user: str, *, reliable: bool = True, groups: tuple[str, ...] = ()) -> Client:
        client = Client("aio", await service.url(user, groups=groups), reliable=reliable)
        clients.append(await client.open())
        await until(lambda: client.of_kind("connected"))
        return client

    yield open_one
    await asyncio.gather(*(client.close() for client in clients))


def id_of(client: Client) -> str:
    return str(client.of_kind("connected")[0].connection_id)


async def test_a_message_to_all_reaches_all_but_the_excluded(service: Service, open_client: OpenClient) -> None:
    ann, ben = await open_client("ann"), await open_client("ben", reliable=False)
    await service.call("send_to_all", {"to": "ben"}, excluded=[id_of(ann)])
    await service.call("send_to_all", {"to": "all"})
    await until(lambda: {"to": "all"} in ann.data("server") and {"to": "all"} in ben.data("server"))
    assert ann.data("server") == [{"to": "all"}]
    assert ben.data("server") == [{"to": "ben"}, {"to": "all"}]


@pytest.mark.parametrize(
    ("message", "content_type"),
    [({"a": ["é"]}, "application/json"), ("hi", "text/plain"), (b"\0\xff", "application/octet-stream")],
)
async def test_every_content_type_arrives_as_it_was_sent(
    service: Service, open_client: OpenClient, message: object, content_type: str
) -> None:
    ann = await open_client("ann")
    await service.call("send_to_user", "ann", message, content_type=content_type)
    await service.call("send_to_connection", id_of(ann), message, content_type=content_type)
    await until(lambda: len(ann.data("server")) == 2)
    assert ann.data("server") == [message, message]


async def test_a_message_to_a_group_reaches_its_members(service: Service, open_client: OpenClient) -> None:
    ann, ben = await open_client("ann", groups=("room",)), await open_client("ben")
    await service.call("send_to_group", "room", "hi", content_type="text/plain")
    await service.call("send_to_user", "ben", "end", content_type="text/plain")
    await until(lambda: ann.data("group") and ben.data("server"))
    assert ann.data("group") == ["hi"]
    assert ben.data("group") == []


async def test_what_exists_is_known(service: Service, open_client: OpenClient) -> None:
    ann = await open_client("ann", groups=("room",))
    assert await service.call("user_exists", "ann")
    assert not await service.call("user_exists", "nobody")
    assert await service.call("group_exists", "room")
    assert not await service.call("group_exists", "empty")
    assert await service.call("connection_exists", id_of(ann))
    assert not await service.call("connection_exists", "nothing")


async def test_connections_and_users_are_put_into_groups_and_taken_out(
    service: Service, open_client: OpenClient
) -> None:
    ann, ben = await open_client("ann"), await open_client("ben")
    await service.call("add_connection_to_group", "room", id_of(ann))
    await service.call("add_user_to_group", "room", "ben")
    assert {(member.connection_id, member.user_id) for member in await service.members("room")} == {
        (id_of(ann), "ann"),
        (id_of(ben), "ben"),
    }
    await service.call("remove_connection_from_group", "room", id_of(ann))
    await service.call("remove_user_from_group", "room", "ben")
    assert not await service.call("group_exists", "room")
    await service.call("add_user_to_group", "one", "ann")
    await service.call("add_user_to_group", "two", "ben")
    await service.call("remove_connection_from_all_groups", id_of(ann))
    await service.call("remove_user_from_all_groups", "ben")
    assert not await service.call("group_exists", "one")
    assert not await service.call("group_exists", "two")


async def test_members_are_listed_up_to_top(service: Service, open_client: OpenClient) -> None:
    for number in range(3):
        await open_client(f"u{number}", groups=("crowd",))
    assert len(await service.members("crowd")) == 3
    assert len(await service.members("crowd", top=2)) == 2


async def test_a_granted_permission_holds_until_it_is_revoked(service: Service, open_client: OpenClient) -> None:
    ann = await open_client("ann")
    with pytest.raises(SendMessageError):
        await ann.call("join_group", "room")
    await service.call("grant_permission", "joinLeaveGroup", id_of(ann), target_name="room")
    assert await service.call("has_permission", "joinLeaveGroup", id_of(ann), target_name="room")
    assert not await service.call("has_permission", "sendToGroup", id_of(ann), target_name="room")
    await ann.call("join_group", "room")
    await service.call("revoke_permission", "joinLeaveGroup", id_of(ann), target_name="room")
    assert not await service.call("has_permission", "joinLeaveGroup", id_of(ann), target_name="room")
    with pytest.raises(SendMessageError):
        await ann.call("leave_group", "room")


@pytest.mark.parametrize("operation", ["close_connection", "close_user_connections", "close_group_connections"])
async def test_a_closed_client_is_told_why(service: Service, open_client: OpenClient, operation: str) -> None:
    ann, ben = await open_client("ann", groups=("room",)), await open_client("ben", groups=("other",))
    target = {"close_connection": id_of(ann), "close_user_connections": "ann", "close_group_connections": "room"}
    await service.call(operation, target[operation], reason="removed")
    await until(lambda: ann.of_kind("disconnected"))
    assert ann.of_kind("disconnected")[0].message == "removed"
    assert ben.of_kind("disconnected") == []
    assert not await service.call("connection_exists", id_of(ann))


async def test_closing_all_connections_spares_the_excluded(service: Service, open_client: OpenClient) -> None:
    ann, ben = await open_client("ann"), await open_client("ben")
    await service.call("close_all_connections", excluded=[id_of(ben)], reason="over")
    await until(lambda: ann.of_kind("disconnected"))
    assert await service.call("connection_exists", id_of(ben))


async def test_a_wrong_key_is_an_authentication_error(service: Service, connection_string: str) -> None:
    endpoint = connection_string.split(";")[0]
    wrong = f"{endpoint};AccessKey={'w' * 44};Version=1.0;"
    stranger = Service("aio", wrong, HUB)
    with pytest.raises(ClientAuthenticationError):
        await stranger.call("send_to_all", "x", content_type="text/plain")
    await stranger.close()
    assert await service.call("user_exists", "ann") is False


async def test_a_filter_out_of_the_rules_is_400(service: Service) -> None:
    with pytest.raises(HttpResponseError) as caught:
        await service.call("send_to_all", "x", content_type="text/plain", filter="not a filter")
    assert caught.value.status_code == 400


# The asynchronous SDK hands aiohttp the text as it is, and aiohttp has an opinion on that.
@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_a_message_over_one_mebibyte_is_413(service: Service) -> None:
    with pytest.raises(HttpResponseError) as caught:
        await service.call("send_to_all", "x" * (1024 * 1024 + 1), content_type="text/plain")
    assert caught.value.status_code == 413
