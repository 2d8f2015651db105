"""Builds what sends notifications."""

from __future__ import annotations

from datetime import timedelta
from random import SystemRandom
from typing import NamedTuple

from function_app.config import Settings
from function_app.connections import Close
from function_app.invitees.acceptance import Acceptance
from function_app.invitees.links import InviteeLinks
from function_app.invitees.push_choices import PushChoices
from function_app.invitees.service import InviteeService
from function_app.lanes import Lanes
from function_app.meetings.service import MeetingService
from function_app.notifications.bounces import Bounces
from function_app.notifications.channels import configured_channels
from function_app.notifications.courier import Courier
from function_app.notifications.letters import Letters
from function_app.notifications.notifier import Notifier
from function_app.notifications.reach import Reach
from function_app.notifications.reminders import Reminders
from function_app.notifications.reporting import Reporting
from function_app.rate_limits.limits import RateLimits
from function_app.stores.containers import MEETINGS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.invitees import InviteeStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.notifications import NotificationStore
from function_app.tenants.documents import TenantsChoice
from function_app.timestamps import Clock


class BuiltNotifications(NamedTuple):
    """What was built, and how it ends."""

    notifier: Notifier
    invitees: InviteeService
    links: InviteeLinks
    acceptance: Acceptance
    push_choices: PushChoices
    reporting: Reporting
    closing: tuple[Close, ...]


def build_notifications(
    settings: Settings,
    cosmos: Cosmos,
    meetings: MeetingStore,
    meeting_service: MeetingService,
    exclusions: ExclusionStore,
    limits: RateLimits,
    clock: Clock,
    of_tenant: TenantsChoice,
) -> BuiltNotifications:
    """What tells invitees, the invitees themselves, and what they do with their links."""
    container = cosmos.container(MEETINGS_CONTAINER)
    invitees, notifications = InviteeStore(container), NotificationStore(container)
    links = InviteeLinks(settings.api_key_pepper.get_secret_value().encode(), settings.public_url)
    private_allowed = settings.webhooks_to_private_addresses
    service = InviteeService(invitees, notifications, meeting_service, limits, clock, private_allowed=private_allowed)
    channels = configured_channels(settings, clock)
    longest_message = timedelta(seconds=2 * settings.notification_timeout_seconds + settings.cosmos_timeout_seconds)
    bounces, reach = Bounces(meetings, invitees), Reach(invitees)
    courier = Courier(
        meetings,
        invitees,
        notifications,
        bounces,
        reach,
        channels,
        Letters(links, settings.email_sender),
        of_tenant,
        clock,
        SystemRandom().random,
        longest_message,
    )
    lanes = Lanes(courier.run)
    reminders = Reminders(meetings, invitees, notifications, channels.names, clock)
    notifier = Notifier(meetings, invitees, notifications, reminders, lanes, channels.names, clock)

    async def stop() -> None:
        await lanes.close()
        await channels.close()

    acceptance = Acceptance(links, invitees, meetings, exclusions)
    push_choices = PushChoices(acceptance, invitees, clock, private_allowed=private_allowed)
    reporting = Reporting(notifications, invitees, bounces, reach, clock)
    return BuiltNotifications(notifier, service, links, acceptance, push_choices, reporting, (stop,))
