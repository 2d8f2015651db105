"""All stores of the database, each in its container, but for those of webhooks and notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from function_app.stores.attendance import AttendanceStore
from function_app.stores.audit import AuditStore
from function_app.stores.chat import ChatStore
from function_app.stores.containers import MEETINGS_CONTAINER, TENANTS_CONTAINER
from function_app.stores.cosmos import Cosmos
from function_app.stores.directories import DirectoryStore
from function_app.stores.entrances import EntranceStore
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.lobby import LobbyStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.operations import OperationStore
from function_app.stores.personal_data import PersonalData
from function_app.stores.presence import PresenceStore
from function_app.stores.quality import QualityStore
from function_app.stores.retention import RetentionStore
from function_app.stores.sessions import SessionStore
from function_app.stores.tenants import TenantStore
from function_app.stores.usage import UsageStore


@dataclass(frozen=True)
class Stores:
    meetings: MeetingStore
    sessions: SessionStore
    entrance: EntranceStore
    exclusions: ExclusionStore
    presence: PresenceStore
    attendance: AttendanceStore
    quality: QualityStore
    chat: ChatStore
    lobby: LobbyStore
    personal_data: PersonalData
    usage: UsageStore
    retention: RetentionStore
    tenants: TenantStore
    directories: DirectoryStore
    audit: AuditStore
    operations: OperationStore

    @classmethod
    def of(cls, cosmos: Cosmos) -> Self:
        meetings, tenants = cosmos.container(MEETINGS_CONTAINER), cosmos.container(TENANTS_CONTAINER)
        return cls(
            meetings=MeetingStore(meetings),
            sessions=SessionStore(meetings),
            entrance=EntranceStore(meetings),
            exclusions=ExclusionStore(meetings),
            presence=PresenceStore(meetings),
            attendance=AttendanceStore(meetings),
            quality=QualityStore(meetings),
            chat=ChatStore(meetings),
            lobby=LobbyStore(meetings),
            personal_data=PersonalData(meetings),
            usage=UsageStore(meetings),
            retention=RetentionStore(meetings),
            tenants=TenantStore(tenants),
            directories=DirectoryStore(tenants),
            audit=AuditStore(tenants),
            operations=OperationStore(tenants),
        )
