"""Conformance: the unmodified Python client SDK, against the emulator or a real resource."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from azure.messaging.webpubsubclient.models import SendMessageError, WebPubSubDataType

from .drivers import FLAVOURS, Client, Flavour, Service
from .support import ALL_GROUPS, until

HUB = "conformance"

OpenClient = Callable[..., Awaitable[Client]]


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    value: Flavour = request.param
    return value


@pytest.fixture
async def service(connection_string: str) -> AsyncIterator[Service]:
    driver = Service("aio", connection_string, HUB)
    yield driver
    await driver.close()


@pytest.fixture
async def open_client(service: Service, flavour: Flavour) -> AsyncIterator[OpenClient]:
    clients: list[Client] = []

    async def open_one(
        user: str,
        *,
        reliable: bool = True,
        roles: tuple[str, ...] = ALL_GROUPS,
        groups: tuple[str, ...] = (),
        reconnects: int = 0,
    ) -> Client:
        url = await service.url(user, roles, groups)
        client = Client(flavour, url, reliable=reliable, reconnects=reconnects)
        clients.append(await client.open())
        await until(lambda: client.of_kind("connected"))
        return client

    yield open_one
    await asyncio.gather(*(client.close() for client in clients))


@pytest.mark.parametrize("reliable", [True, False])
@pytest.mark.parametrize(
    ("data_type", "data"),
    [
        (WebPubSubDataType.TEXT, "hé"),
        (WebPubSubDataType.JSON, {"a": [1, "é"]}),
        (WebPubSubDataType.BINARY, b"\0\xff"),
    ],
)
async def test_a_group_message_arrives_with_its_sender_and_type(
    open_client: OpenClient, reliable: bool, data_type: WebPubSubDataType, data: object
) -> None:
    ann = await open_client("ann", reliable=reliable)
    ben = await open_client("ben", reliable=reliable)
    await ben.call("join_group", "room")
    sent = memoryview(data) if isinstance(data, bytes) else data
    await ann.call("send_to_group", "room", sent, data_type)
    await until(lambda: ben.data("group"))
    message = ben.of_kind("group")[0]
    assert ben.data("group") == [data]
    assert (message.group, message.from_user_id, message.data_type) == ("room", "ann", data_type)
    assert (message.sequence_id == 1) if reliable else (message.sequence_id is None)


async def test_no_echo_leaves_the_sender_out(open_client: OpenClient) -> None:
    ann, ben = await open_client("ann", groups=("room",)), await open_client("ben", groups=("room",))
    await ann.call("send_to_group", "room", "quiet", WebPubSubDataType.TEXT, no_echo=True)
    await ann.call("send_to_group", "room", "loud", WebPubSubDataType.TEXT)
    await until(lambda: len(ben.data("group")) == 2 and ann.data("group"))
    assert ann.data("group") == ["loud"]


async def test_a_client_that_left_a_group_hears_it_no_more(open_client: OpenClient) -> None:
    ann, ben = await open_client("ann"), await open_client("ben", groups=("room",))
    await ann.call("join_group", "room")
    await ann.call("leave_group", "room")
    await ann.call("send_to_group", "room", "x", WebPubSubDataType.TEXT)
    await until(lambda: ben.data("group"))
    assert ann.data("group") == []


@pytest.mark.parametrize(
    "operation",
    [("join_group", "s.2.x"), ("leave_group", "s.2.x"), ("send_to_group", "s.2.x", "x", WebPubSubDataType.TEXT)],
)
async def test_what_the_roles_do_not_cover_is_forbidden(open_client: OpenClient, operation: tuple[str, ...]) -> None:
    ann = await open_client("ann", roles=("webpubsub.joinLeaveGroups.s.*", "webpubsub.sendToGroup.s.1"))
    await ann.call("join_group", "s.2")
    await ann.call("send_to_group", "s.1", "x", WebPubSubDataType.TEXT)
    with pytest.raises(SendMessageError) as caught:
        await ann.call(*operation)
    assert caught.value.error_detail is not None
    assert caught.value.error_detail.name == "Forbidden"


async def test_sending_the_same_ack_id_again_counts_as_success(open_client: OpenClient) -> None:
    ann = await open_client("ann", groups=("room",))
    for _ in range(2):
        await ann.call("send_to_group", "room", "once", WebPubSubDataType.TEXT, ack_id=77)
    await ann.call("send_to_group", "room", "end", WebPubSubDataType.TEXT)
    await until(lambda: "end" in ann.data("group"))
    assert ann.data("group") == ["once", "end"]


async def test_messages_without_acks_arrive_in_order(open_client: OpenClient) -> None:
    ann = await open_client("ann", groups=("room",))
    for number in range(300):
        await ann.call("send_to_group", "room", number, WebPubSubDataType.JSON, ack=False)
    await until(lambda: len(ann.data("group")) == 300)
    assert sorted(ann.data("group")) == list(range(300))
    assert [message.sequence_id for message in ann.of_kind("group")] == sorted(
        message.sequence_id for message in ann.of_kind("group")
    )


async def test_a_lost_socket_is_recovered_with_all_that_was_sent_meanwhile(
    open_client: OpenClient, service: Service
) -> None:
    ann = await open_client("ann", groups=("room",))
    await ann.lose_socket()
    await service.call("send_to_group", "room", "meanwhile", content_type="text/plain")
    await until(lambda: ann.data("group"))
    await until(ann.sdk.is_connected)
    await ann.call("send_to_group", "room", "back", WebPubSubDataType.TEXT)
    await until(lambda: len(ann.data("group")) == 2)
    assert ann.data("group") == ["meanwhile", "back"]
    assert len(ann.of_kind("connected")) == 1


async def test_a_client_that_was_closed_by_the_service_connects_anew(open_client: OpenClient, service: Service) -> None:
    ann = await open_client("ann", groups=("room",), reconnects=3)
    await service.call("close_user_connections", "ann", reason="bounce")
    await until(lambda: len(ann.of_kind("connected")) == 2)
    first, second = (event.connection_id for event in ann.of_kind("connected"))
    assert first != second
    await service.call("send_to_group", "room", "again", content_type="text/plain")
    await until(lambda: ann.data("group") == ["again"])
