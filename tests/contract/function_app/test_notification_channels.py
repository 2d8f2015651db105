"""What every channel keeps: the real clients against stand-ins of the services."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest
from azure.core.credentials import AzureKeyCredential

from function_app.notifications.acs_email import AcsEmailChannel
from function_app.notifications.acs_sms import AcsSmsChannel
from function_app.notifications.addresses import PushSubscription
from function_app.notifications.port import (
    Attempt,
    Calendar,
    ChannelName,
    Message,
    NotificationChannel,
    Outcome,
    Recipient,
    Result,
)
from function_app.notifications.web_push import VapidKey, WebPushChannel
from function_app.webhooks.addresses import any_socket, public_socket
from function_app.webhooks.resolver import OwnThreadsResolver
from function_app.webhooks.sender import WebhookSender
from local_azure.acs import AcsStandIn
from local_azure.mailbox.emails import NOBODY
from local_azure.mailbox.messages import SentMessage
from local_azure.mailbox.pushes import GONE_PATH
from tests.support.interception import Interception

from .support import Server, TestClock, new_push_key

ACS_KEY = base64.b64encode(b"an access key of acs, for the tests only").decode()
TIMEOUT_SECONDS = 5.0
LONGER_THAN_REPEATS_ARE_TOLD = 600.0
ALL = tuple(ChannelName)
BY_ACS = (ChannelName.EMAIL, ChannelName.SMS)


@dataclass
class World:
    """Every channel, and the stand-in that all of them send to."""

    acs: AcsStandIn
    interception: Interception
    server: Server
    clock: TestClock
    channels: dict[ChannelName, NotificationChannel]

    @property
    def ann(self) -> Recipient:
        push = PushSubscription.model_validate(self.acs.pushes.subscription(self.server.origin))
        return Recipient("Ann", "ann@example.com", "+4915112345678", push)

    @property
    def nobody(self) -> Recipient:
        push = PushSubscription.model_validate(self.acs.pushes.subscription(self.server.origin, GONE_PATH))
        return Recipient("Nobody", f"ann@{NOBODY}", "+19995550100", push)

    def attempt(self) -> Attempt:
        return Attempt(uuid4(), self.clock(), is_repeat=False)

    async def send(self, channel: ChannelName, attempt: Attempt, to: Recipient | None = None) -> Outcome:
        """Sends a message, and asks for as long as its fate is open."""
        message = message_to(to or self.ann)
        outcome = await self.channels[channel].send(message, attempt)
        while outcome.result is Result.ACCEPTED:
            outcome = await self.channels[channel].send(message, replace(attempt, is_repeat=True))
        return outcome

    @property
    def sent(self) -> list[SentMessage]:
        return self.acs.mailbox.messages


def message_to(recipient: Recipient) -> Message:
    return Message(
        to=recipient,
        subject="Invitation: Weekly",
        text="Weekly, on Monday at ten",
        html="<p>Weekly, on Monday at ten</p>",
        short="Weekly begins at ten.",
        link="https://meet.example/m/weekly#invitation=abc",
        unsubscribe="https://meet.example/unsubscribe/abc",
        language="en",
        lasts=timedelta(hours=1),
        calendar=Calendar("REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    )


def new_vapid_key() -> VapidKey:
    return VapidKey(new_push_key().encode())


@pytest.fixture
async def world() -> AsyncIterator[World]:
    acs, clock = AcsStandIn(ACS_KEY), TestClock()
    interception = Interception(acs.app)
    server = Server(interception.app)
    await server.start()
    key = AzureKeyCredential(ACS_KEY)
    sender = WebhookSender(TIMEOUT_SECONDS, any_socket, OwnThreadsResolver())
    channels: dict[ChannelName, NotificationChannel] = {
        ChannelName.EMAIL: AcsEmailChannel(server.origin, key, "parley@example.com", TIMEOUT_SECONDS, clock),
        ChannelName.SMS: AcsSmsChannel(server.origin, key, "+18005550100", TIMEOUT_SECONDS, clock),
        ChannelName.PUSH: WebPushChannel(new_vapid_key(), "mailto:ops@example.com", sender, sender.close, clock),
    }
    yield World(acs, interception, server, clock, channels)
    for channel in channels.values():
        await channel.close()
    await server.stop()


@pytest.mark.parametrize("channel", ALL)
async def test_what_is_sent_arrives(world: World, channel: ChannelName) -> None:
    assert await world.send(channel, world.attempt()) == Outcome(Result.SENT)
    [arrived] = world.sent
    assert arrived.kind == channel
    assert "Weekly" in arrived.text
    assert (arrived.subject == "Invitation: Weekly") is (channel is not ChannelName.SMS)


@pytest.mark.parametrize("channel", ALL)
async def test_the_same_attempt_arrives_once_however_often_it_is_made(world: World, channel: ChannelName) -> None:
    attempt = world.attempt()
    repeat = replace(attempt, is_repeat=True)
    await world.send(channel, attempt)
    outcomes = [await world.send(channel, repeat) for _ in range(2)]
    assert {outcome.result for outcome in outcomes} == {Result.SENT}
    # What says that it is the first may be one that a dead process made before.
    assert (await world.send(channel, attempt)).result is Result.SENT
    assert len(world.sent) == 1


@pytest.mark.parametrize("channel", ALL)
async def test_attempts_at_once_arrive_once(world: World, channel: ChannelName) -> None:
    attempt = world.attempt()
    await asyncio.gather(*(world.send(channel, attempt) for _ in range(4)))
    assert len(world.sent) == 1


@pytest.mark.parametrize("channel", ALL)
async def test_a_late_repeat_of_what_arrived_does_not_arrive_again(world: World, channel: ChannelName) -> None:
    attempt = world.attempt()
    await world.send(channel, attempt)
    world.clock.advance(LONGER_THAN_REPEATS_ARE_TOLD)
    again = await world.send(channel, replace(attempt, is_repeat=True))
    assert again.result is (Result.UNCERTAIN if channel is ChannelName.SMS else Result.SENT)
    assert len(world.sent) == 1


async def test_a_late_repeat_of_an_email_that_never_arrived_does_arrive(world: World) -> None:
    attempt = replace(world.attempt(), is_repeat=True, first_on=world.clock() - timedelta(hours=1))
    assert (await world.send(ChannelName.EMAIL, attempt)).result is Result.SENT
    assert len(world.sent) == 1


@pytest.mark.parametrize("channel", ALL)
async def test_an_address_that_nobody_has_is_refused_for_good(world: World, channel: ChannelName) -> None:
    outcome = await world.send(channel, world.attempt(), world.nobody)
    assert outcome.result is Result.REFUSED
    assert outcome.reason
    assert world.sent == []


@pytest.mark.parametrize("channel", ALL)
async def test_a_service_that_is_away_is_a_failure_and_no_exception(world: World, channel: ChannelName) -> None:
    ann = world.ann
    await world.server.stop()
    assert (await world.send(channel, world.attempt(), ann)).result is Result.FAILED


@pytest.mark.parametrize("channel", ALL)
async def test_what_was_taken_and_answered_with_an_error_of_the_service_arrives_once(
    world: World, channel: ChannelName
) -> None:
    attempt = world.attempt()
    world.interception.status = 503
    assert (await world.send(channel, attempt)).result is Result.UNKNOWN
    world.interception.status = None
    assert (await world.send(channel, replace(attempt, is_repeat=True))).result is Result.SENT
    assert len(world.sent) == 1


@pytest.mark.parametrize("channel", ALL)
async def test_what_is_late_is_asked_for_and_not_sent(world: World, channel: ChannelName) -> None:
    outcome = await world.send(channel, replace(world.attempt(), is_repeat=True, is_late=True))
    assert outcome.result is (Result.FAILED if channel is ChannelName.EMAIL else Result.UNCERTAIN)
    assert world.sent == []
    attempt = world.attempt()
    await world.send(channel, attempt)
    outcome = await world.send(channel, replace(attempt, is_repeat=True, is_late=True))
    assert outcome.result is (Result.SENT if channel is ChannelName.EMAIL else Result.UNCERTAIN)
    assert len(world.sent) == 1


@pytest.mark.parametrize("code", ["InvalidSenderUserName", "DomainNotLinked"])
async def test_settings_that_are_wrong_make_nobody_unreachable(world: World, code: str) -> None:
    world.interception.status, world.interception.body = 400, {"error": {"code": code, "message": "x"}}
    outcome = await world.channels[ChannelName.EMAIL].send(message_to(world.ann), world.attempt())
    assert (outcome.result, outcome.reason) == (Result.FAILED, code)


@pytest.mark.parametrize("channel", BY_ACS)
async def test_the_service_checks_who_sends(world: World, channel: ChannelName) -> None:
    other = AzureKeyCredential(base64.b64encode(b"another key").decode())
    make = AcsEmailChannel if channel is ChannelName.EMAIL else AcsSmsChannel
    stranger = make(world.server.origin, other, "parley@example.com", TIMEOUT_SECONDS, world.clock)
    outcome = await stranger.send(message_to(world.ann), world.attempt())
    await stranger.close()
    assert (outcome.result, outcome.reason) == (Result.FAILED, "Denied")


async def test_an_email_has_its_calendar_and_a_way_out_in_one_click(world: World) -> None:
    await world.send(ChannelName.EMAIL, world.attempt())
    [email] = world.sent
    assert email.headers["List-Unsubscribe"] == "<https://meet.example/unsubscribe/abc>"
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [calendar] = email.attachments
    assert calendar.content_type == "text/calendar; charset=utf-8; method=REQUEST"
    assert calendar.content.startswith(b"BEGIN:VCALENDAR")


async def test_no_push_goes_to_an_address_of_our_own_network(world: World) -> None:
    guarded = WebhookSender(TIMEOUT_SECONDS, public_socket, OwnThreadsResolver())
    channel = WebPushChannel(new_vapid_key(), "mailto:ops@example.com", guarded, guarded.close, world.clock)
    outcome = await channel.send(message_to(world.ann), world.attempt())
    await channel.close()
    assert (outcome.result, outcome.reason) == (Result.REFUSED, "addressNotAllowed")
    assert world.sent == []


async def test_a_subscription_that_names_no_place_is_refused(world: World) -> None:
    push = world.ann.push
    assert push
    for endpoint in ("https://[", "https://", "x", "https://push.example:99999/"):
        to = replace(world.ann, push=push.model_copy(update={"endpoint": endpoint}))
        assert (await world.send(ChannelName.PUSH, world.attempt(), to)).result is Result.REFUSED, endpoint


async def test_the_mailbox_shows_what_was_sent_and_runs_nothing_of_it(world: World) -> None:
    hostile = replace(
        message_to(world.ann),
        subject="<script>1</script>",
        html="<script>2</script>",
        text="</pre><script>3</script> at https://meet.example/?a=1&b=2.",
    )
    await world.channels[ChannelName.EMAIL].send(hostile, world.attempt())
    [message] = world.sent
    async with aiohttp.ClientSession(world.server.origin) as http:
        listed = await http.get("/mailbox")
        shown = await http.get(f"/mailbox/{message.id}")
        elsewhere = await http.get("/mailbox", headers={"Host": "rebound.example"})
        pages = [await listed.text(), await shown.text()]
    assert elsewhere.status == 421
    assert "&lt;script&gt;1" in pages[0]
    assert not any("<script>" in page for page in pages)
    assert 'sandbox srcdoc="&lt;script&gt;2' in pages[1]
    assert (
        '<a href="https://meet.example/?a=1&amp;b=2" rel="noreferrer">https://meet.example/?a=1&amp;b=2</a>.'
        in pages[1]
    )
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
