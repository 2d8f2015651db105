"""The operations of the async client. Generated from the OpenAPI document by `make generate`; not to be edited."""

from __future__ import annotations

from datetime import datetime

from parley.aio.group import Group
from parley.aio.paging import AsyncItemPaged
from parley.aio.polling import AsyncPoller
from parley.call import Call, new_key, segment
from parley.models import (
    AcsJoinResponse,
    ApiKeyContent,
    ApiKeyResource,
    AttendanceResource,
    AuditEntryResource,
    Ban,
    ChatMessage,
    ClientSettings,
    DeliveryResource,
    DeliveryStatus,
    ExchangeRequest,
    GuestTokenRequest,
    Health,
    InvitationExchange,
    InviteeContent,
    InviteeResource,
    IssuedToken,
    JoinRequest,
    JoinResponse,
    KeyRotation,
    KeySet,
    LeaveRequest,
    LiveKitJoinResponse,
    LobbyResponse,
    MeetingContent,
    MeetingPatch,
    MeetingResource,
    MoveRequest,
    MuteRequest,
    NewApiKey,
    NewSecret,
    NotificationResource,
    OperationResource,
    ParticipantPatch,
    ParticipantQualityResource,
    ParticipantResource,
    PushQuestion,
    PushState,
    PushWish,
    QualitySummary,
    ReadinessStatus,
    Region,
    Removal,
    Renewal,
    ReplayRequest,
    SecretRotation,
    SessionResource,
    TenantPatch,
    TenantResource,
    TestResult,
    TokenRequest,
    UsageOfMeeting,
    WaitingPerson,
    WebhookContent,
    WebhookPatch,
    WebhookResource,
    WebPushKey,
)


class Chat(Group):
    """`client.chat`"""

    def list_messages(self, meeting: str, *, page_size: int | None = None) -> AsyncItemPaged[ChatMessage]:
        """What was said in the meeting's chat: the latest page first, and within a page the newest last."""
        call = Call("GET", f"/meetings/{segment(meeting)}/messages", query={"maxpagesize": page_size})
        return self._list(call, ChatMessage)


class Invitees(Group):
    """`client.invitees`"""

    async def get(
        self, meeting: str, invitee: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> InviteeResource:
        call = Call(
            "GET",
            f"/meetings/{segment(meeting)}/invitees/{segment(invitee)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
        )
        return await self._get(call, InviteeResource)

    async def put(
        self,
        meeting: str,
        invitee: str,
        content: InviteeContent,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> InviteeResource:
        """Invites somebody, who is told so at once; or replaces all that can be chosen about an invitee."""
        call = Call(
            "PUT",
            f"/meetings/{segment(meeting)}/invitees/{segment(invitee)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
            content=content,
        )
        return await self._get(call, InviteeResource)

    async def delete(
        self, meeting: str, invitee: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> None:
        """Invites somebody no more, who is told so; the link is dead at once. 204 also when there is no such invitee."""
        call = Call(
            "DELETE",
            f"/meetings/{segment(meeting)}/invitees/{segment(invitee)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
        )
        await self._do(call)

    def list(self, meeting: str, *, page_size: int | None = None) -> AsyncItemPaged[InviteeResource]:
        """The meeting's invitees, in the order in which they were added."""
        call = Call("GET", f"/meetings/{segment(meeting)}/invitees", query={"maxpagesize": page_size})
        return self._list(call, InviteeResource)

    def list_notifications(
        self, meeting: str, invitee: str, *, page_size: int | None = None
    ) -> AsyncItemPaged[NotificationResource]:
        """What the invitee was told of the meeting, newest first, and whether it arrived: of the last 30 days."""
        call = Call(
            "GET",
            f"/meetings/{segment(meeting)}/invitees/{segment(invitee)}/notifications",
            query={"maxpagesize": page_size},
        )
        return self._list(call, NotificationResource)

    async def get_web_push_key(self) -> WebPushKey:
        """The key by which push services know this service; 404 `WebPushNotConfigured` where nothing is pushed."""
        call = Call("GET", "/webPushKey")
        return await self._get(call, WebPushKey)

    async def get_invitation_push(self, content: PushQuestion) -> PushState:
        """Whether the invitee's messages are pushed to this browser; 404 `WebPushNotConfigured` where nothing is
        pushed.
        """
        call = Call("POST", "/invitations:getPush", content=content, repeatable=False)
        return await self._get(call, PushState)

    async def set_invitation_push(self, content: PushWish) -> PushState:
        """Has the invitee's messages pushed to this browser and to no other, or to none."""
        call = Call("POST", "/invitations:setPush", content=content, repeatable=False)
        return await self._get(call, PushState)


class Lobby(Group):
    """`client.lobby`"""

    def list(self, session: str) -> AsyncItemPaged[WaitingPerson]:
        """Those who wait to be let in."""
        call = Call("GET", f"/sessions/{segment(session)}/lobby")
        return self._list(call, WaitingPerson)

    async def stop_waiting(self) -> None:
        """The token's user, who waits, does not want to come in any more; 204 also when it does not wait."""
        call = Call("POST", "/sessions:stopWaiting", repeatable=False)
        await self._do(call)

    async def admit_participant(self, session: str, participant: str) -> None:
        """Lets somebody in who waits, or who was denied."""
        call = Call("POST", f"/sessions/{segment(session)}/lobby/{segment(participant)}:admit")
        await self._do(call)

    async def deny_participant(self, session: str, participant: str) -> None:
        """Does not let somebody in, for as long as the session lasts."""
        call = Call("POST", f"/sessions/{segment(session)}/lobby/{segment(participant)}:deny")
        await self._do(call)

    async def admit_all(self, session: str) -> None:
        """Lets in everybody who waits now."""
        call = Call("POST", f"/sessions/{segment(session)}/lobby:admitAll")
        await self._do(call)


class Meetings(Group):
    """`client.meetings`"""

    async def get(
        self,
        meeting: str,
        *,
        include_deleted: bool | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> MeetingResource:
        call = Call(
            "GET",
            f"/meetings/{segment(meeting)}",
            query={"includeDeleted": include_deleted},
            headers={"if-match": if_match, "if-none-match": if_none_match},
        )
        return await self._get(call, MeetingResource)

    async def put(
        self, meeting: str, content: MeetingContent, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> MeetingResource:
        """Creates the meeting, or replaces all that can be chosen about it."""
        call = Call(
            "PUT",
            f"/meetings/{segment(meeting)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
            content=content,
        )
        return await self._get(call, MeetingResource)

    async def patch(
        self, meeting: str, content: MeetingPatch, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> MeetingResource:
        """Changes what the body names (JSON merge patch, RFC 7396)."""
        call = Call(
            "PATCH",
            f"/meetings/{segment(meeting)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
            content=content,
        )
        return await self._get(call, MeetingResource)

    async def delete(self, meeting: str, *, if_match: str | None = None, if_none_match: str | None = None) -> None:
        """Deletes the meeting and ends its session; 204 also when there is none. `:restore` brings it back for a while."""
        call = Call(
            "DELETE", f"/meetings/{segment(meeting)}", headers={"if-match": if_match, "if-none-match": if_none_match}
        )
        await self._do(call)

    def list(
        self,
        *,
        page_size: int | None = None,
        include_deleted: bool | None = None,
        filter: str | None = None,
        orderby: str | None = None,
    ) -> AsyncItemPaged[MeetingResource]:
        """The tenant's meetings, a page at a time; without `orderby` in no promised order."""
        call = Call(
            "GET",
            "/meetings",
            query={"maxpagesize": page_size, "includeDeleted": include_deleted, "filter": filter, "orderby": orderby},
        )
        return self._list(call, MeetingResource)

    async def create(self, content: MeetingContent, *, idempotency_key: str | None = None) -> MeetingResource:
        """Creates a meeting with an id that the service chooses."""
        call = Call("POST", "/meetings", headers={"idempotency-key": idempotency_key or new_key()}, content=content)
        return await self._get(call, MeetingResource)

    async def restore(
        self, meeting: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> MeetingResource:
        """Brings a deleted meeting back as it was, with its chat and its sessions, until `purgeOn`."""
        call = Call(
            "POST",
            f"/meetings/{segment(meeting)}:restore",
            headers={"if-match": if_match, "if-none-match": if_none_match},
            repeatable=False,
        )
        return await self._get(call, MeetingResource)

    async def get_invite(self, meeting: str) -> str:
        """The meeting as a file for calendars (METHOD:PUBLISH).

        404 `MeetingNotScheduled` for a meeting without a schedule.
        """
        call = Call("GET", f"/meetings/{segment(meeting)}/invite.ics")
        return await self._text(call)

    async def issue_token(self, meeting: str, content: TokenRequest) -> IssuedToken:
        """A join token for one of the tenant's users, and the link that carries it."""
        call = Call("POST", f"/meetings/{segment(meeting)}:issueToken", content=content)
        return await self._get(call, IssuedToken)

    async def issue_guest_token(self, open_meeting: str, content: GuestTokenRequest) -> IssuedToken:
        """A join token for anybody, where the meeting is open to all: only on a laptop, and only one meeting."""
        call = Call("POST", f"/openMeetings/{segment(open_meeting)}:issueToken", content=content)
        return await self._get(call, IssuedToken)

    async def exchange_token(self, meeting: str, content: ExchangeRequest) -> IssuedToken:
        """A join token for somebody of the tenant's directory, for the ID token that signing in has given.

        The directory says which tenant's meeting it is; the meeting's `signedInRole` says whether, and as what.
        """
        call = Call("POST", f"/meetings/{segment(meeting)}:exchangeToken", content=content, repeatable=False)
        return await self._get(call, IssuedToken)

    async def exchange_invitation(self, content: InvitationExchange) -> IssuedToken:
        """A join token for the link that an invitee was sent, which holds until the tenant takes the invitation back."""
        call = Call("POST", "/invitations:exchange", content=content, repeatable=False)
        return await self._get(call, IssuedToken)

    async def start(self, meeting: str) -> MeetingResource:
        """Opens the meeting, whatever its schedule says, until `:end`."""
        call = Call("POST", f"/meetings/{segment(meeting)}:start")
        return await self._get(call, MeetingResource)

    async def end(self, meeting: str) -> MeetingResource:
        """Ends the live session for everybody in it. A later join begins another one, where the schedule lets people
        in.
        """
        call = Call("POST", f"/meetings/{segment(meeting)}:end")
        return await self._get(call, MeetingResource)

    async def lock(self, meeting: str) -> MeetingResource:
        """Lets nobody new in."""
        call = Call("POST", f"/meetings/{segment(meeting)}:lock")
        return await self._get(call, MeetingResource)

    async def unlock(self, meeting: str) -> MeetingResource:
        call = Call("POST", f"/meetings/{segment(meeting)}:unlock")
        return await self._get(call, MeetingResource)

    def list_attendance(
        self, meeting: str, *, session: str | None = None, page_size: int | None = None
    ) -> AsyncItemPaged[AttendanceResource]:
        """Who was there, in which session, from when to when."""
        call = Call(
            "GET", f"/meetings/{segment(meeting)}/attendance", query={"session": session, "maxpagesize": page_size}
        )
        return self._list(call, AttendanceResource)

    async def get_attendance_sheet(
        self, meeting: str, *, session: str | None = None, page_size: int | None = None
    ) -> str:
        """The same as a table for spreadsheets; the address of the next page is in the header Link."""
        call = Call(
            "GET", f"/meetings/{segment(meeting)}/attendance.csv", query={"session": session, "maxpagesize": page_size}
        )
        return await self._text(call)

    def list_quality_report(
        self, meeting: str, *, session: str | None = None, page_size: int | None = None
    ) -> AsyncItemPaged[ParticipantQualityResource]:
        """How the connection of everybody who was there was; of a Peer it is known when that has ended."""
        call = Call(
            "GET", f"/meetings/{segment(meeting)}/qualityReport", query={"session": session, "maxpagesize": page_size}
        )
        return self._list(call, ParticipantQualityResource)

    async def get_quality_sheet(self, meeting: str, *, session: str | None = None, page_size: int | None = None) -> str:
        """The same as a table for spreadsheets; the address of the next page is in the header Link."""
        call = Call(
            "GET",
            f"/meetings/{segment(meeting)}/qualityReport.csv",
            query={"session": session, "maxpagesize": page_size},
        )
        return await self._text(call)


class Operations(Group):
    """`client.operations`"""

    async def get(self, operation: str) -> OperationResource:
        """How far it has come; `Retry-After` says when to look again, while it is under way."""
        call = Call("GET", f"/operations/{segment(operation)}")
        return await self._get(call, OperationResource)


class Participants(Group):
    """`client.participants`"""

    async def get(self, session: str, participant: str) -> ParticipantResource:
        """Somebody who has joined the session, also when it has left."""
        call = Call("GET", f"/sessions/{segment(session)}/participants/{segment(participant)}")
        return await self._get(call, ParticipantResource)

    async def patch(self, session: str, participant: str, content: ParticipantPatch) -> ParticipantResource:
        """Changes the role or the grants, or mutes; it holds at once, and for as long as the session lasts."""
        call = Call("PATCH", f"/sessions/{segment(session)}/participants/{segment(participant)}", content=content)
        return await self._get(call, ParticipantResource)

    async def move(self, session: str, participant: str, content: MoveRequest) -> None:
        """Moves the participant into another meeting, past its lock, lobby and schedule; its client goes there by
                itself.

        The tenant may name any of its meetings; moderators the main meeting and the breakout rooms that theirs belongs
        with (`breakoutOf`). To ask for the same again does nothing more.
        """
        call = Call("POST", f"/sessions/{segment(session)}/participants/{segment(participant)}:move", content=content)
        await self._do(call)

    async def mute_all(self, session: str, content: MuteRequest | None = None) -> None:
        """Mutes everybody who does not moderate; each may unmute itself."""
        call = Call("POST", f"/sessions/{segment(session)}/participants:muteAll", content=content)
        await self._do(call)

    def list(self, session: str, *, page_size: int | None = None) -> AsyncItemPaged[ParticipantResource]:
        """Everybody who has joined the session, those who have left among them, with when and why they left."""
        call = Call("GET", f"/sessions/{segment(session)}/participants", query={"maxpagesize": page_size})
        return self._list(call, ParticipantResource)

    async def remove(self, session: str, participant: str, content: Removal | None = None) -> None:
        """Takes the participant out at once. Its tokens are dead: only one issued later lets it in, and none if banned."""
        call = Call("POST", f"/sessions/{segment(session)}/participants/{segment(participant)}:remove", content=content)
        await self._do(call)

    def list_bans(self, meeting: str, *, page_size: int | None = None) -> AsyncItemPaged[Ban]:
        """Who is kept out of the meeting."""
        call = Call("GET", f"/meetings/{segment(meeting)}/bans", query={"maxpagesize": page_size})
        return self._list(call, Ban)

    async def lift_ban(self, meeting: str, ban: str) -> None:
        """Lets the user in again; 204 also when there is no such ban."""
        call = Call("DELETE", f"/meetings/{segment(meeting)}/bans/{segment(ban)}")
        await self._do(call)


class Platform(Group):
    """`client.platform`"""

    def list_regions(self) -> AsyncItemPaged[Region]:
        """The regions that have nodes now."""
        call = Call("GET", "/regions")
        return self._list(call, Region)

    async def get_client_settings(self) -> ClientSettings:
        """What the web client asks before it shows anything."""
        call = Call("GET", "/clientSettings")
        return await self._get(call, ClientSettings)

    async def get_health(self) -> Health:
        """That the process answers; it says nothing about the services behind."""
        call = Call("GET", "/healthz")
        return await self._get(call, Health)

    async def get_keys(self) -> KeySet:
        """The public keys that verify join tokens and media grants."""
        call = Call("GET", "/.well-known/jwks.json")
        return await self._get(call, KeySet)

    async def get_readiness(self) -> ReadinessStatus:
        """What is up and what is down of all that the control plane depends on; at most a second old."""
        call = Call("GET", "/readyz")
        return await self._get(call, ReadinessStatus)


class Sessions(Group):
    """`client.sessions`"""

    async def join(
        self, content: JoinRequest | None = None
    ) -> JoinResponse | AcsJoinResponse | LiveKitJoinResponse | LobbyResponse:
        """Lets the token's user into its meeting as a new Peer, and says how to get signalling and media.

        `provider` says who carries the media, and with that which of the answers it is.
        """
        call = Call("POST", "/sessions:join", content=content)
        answer: JoinResponse | AcsJoinResponse | LiveKitJoinResponse | LobbyResponse = await self._one_of(
            call, JoinResponse | AcsJoinResponse | LiveKitJoinResponse | LobbyResponse
        )
        return answer

    async def leave(self, session: str, content: LeaveRequest) -> None:
        """The token's user leaves; 204 also when it has left already."""
        call = Call("POST", f"/sessions/{segment(session)}:leave", content=content)
        await self._do(call)

    async def refresh(self, session: str) -> Renewal:
        """Renews what the token's user, who is in the session, needs to stay there; the Peer stays as it is."""
        call = Call("POST", f"/sessions/{segment(session)}:refresh")
        return await self._get(call, Renewal)

    def list(self, meeting: str, *, page_size: int | None = None) -> AsyncItemPaged[SessionResource]:
        """The meeting's sessions, live and past."""
        call = Call("GET", f"/meetings/{segment(meeting)}/sessions", query={"maxpagesize": page_size})
        return self._list(call, SessionResource)

    async def get_quality_summary(self, session: str) -> QualitySummary:
        """How many of the session had trouble with their connections, and who had the most."""
        call = Call("GET", f"/sessions/{segment(session)}/qualitySummary")
        return await self._get(call, QualitySummary)


class Tenants(Group):
    """`client.tenants`"""

    async def get(self, *, if_match: str | None = None, if_none_match: str | None = None) -> TenantResource:
        """The tenant that the credential is of."""
        call = Call("GET", "/tenants/me", headers={"if-match": if_match, "if-none-match": if_none_match})
        return await self._get(call, TenantResource)

    async def patch(
        self, content: TenantPatch, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> TenantResource:
        """Changes what the body names (JSON merge patch, RFC 7396). A directory belongs to one tenant at most."""
        call = Call(
            "PATCH", "/tenants/me", headers={"if-match": if_match, "if-none-match": if_none_match}, content=content
        )
        return await self._get(call, TenantResource)

    def list_api_keys(self) -> AsyncItemPaged[ApiKeyResource]:
        """The live API keys, of which there are at most two; the keys themselves are not shown."""
        call = Call("GET", "/tenants/me/apiKeys")
        return self._list(call, ApiKeyResource)

    async def create_api_key(self, content: ApiKeyContent) -> NewApiKey:
        """Creates an API key; this answer alone shows it."""
        call = Call("POST", "/tenants/me/apiKeys", content=content, repeatable=False)
        return await self._get(call, NewApiKey)

    async def rotate_api_key(self, api_key: str, content: KeyRotation | None = None) -> NewApiKey:
        """Makes a new key, with the same name and role, in the place of this one."""
        call = Call("POST", f"/tenants/me/apiKeys/{segment(api_key)}:rotate", content=content, repeatable=False)
        return await self._get(call, NewApiKey)

    async def revoke_api_key(self, api_key: str) -> None:
        """Takes the key away: at once in the process that answers, within 30 s in all. 204 also when there is none."""
        call = Call("DELETE", f"/tenants/me/apiKeys/{segment(api_key)}")
        await self._do(call)

    def get_usage(
        self, *, since: str | None = None, until: str | None = None, page_size: int | None = None
    ) -> AsyncItemPaged[UsageOfMeeting]:
        """Participant minutes by day and meeting, those of running sessions up to now."""
        call = Call("GET", "/tenants/me/usage", query={"since": since, "until": until, "maxpagesize": page_size})
        return self._list(call, UsageOfMeeting)

    def list_audit_log(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        actor: str | None = None,
        action: str | None = None,
        page_size: int | None = None,
    ) -> AsyncItemPaged[AuditEntryResource]:
        """Every administrative act of the tenant's credentials: who, when, what, and to what, by ids only."""
        call = Call(
            "GET",
            "/tenants/me/auditLog",
            query={"since": since, "until": until, "actor": actor, "action": action, "maxpagesize": page_size},
        )
        return self._list(call, AuditEntryResource)


class Users(Group):
    """`client.users`"""

    async def begin_erase(self, user: str) -> AsyncPoller[OperationResource]:
        """Erases what is kept of one of the tenant's users in all meetings: names, chat messages, attendance.

        Whoever is in a session is taken out of it first. That somebody was there, and when, stays; who it was does not.
        Safe to repeat.
        """
        call = Call("POST", f"/users/{segment(user)}:erase")
        return await self._begin(call, OperationResource)


class Webhooks(Group):
    """`client.webhooks`"""

    async def get(
        self, webhook: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> WebhookResource:
        call = Call(
            "GET", f"/webhooks/{segment(webhook)}", headers={"if-match": if_match, "if-none-match": if_none_match}
        )
        return await self._get(call, WebhookResource)

    async def put(
        self, webhook: str, content: WebhookContent, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> WebhookResource:
        """Creates the webhook, and then shows its signing secret; or replaces all that can be chosen about it."""
        call = Call(
            "PUT",
            f"/webhooks/{segment(webhook)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
            content=content,
        )
        return await self._get(call, WebhookResource)

    async def patch(
        self, webhook: str, content: WebhookPatch, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> WebhookResource:
        """Changes what the body names (JSON merge patch, RFC 7396)."""
        call = Call(
            "PATCH",
            f"/webhooks/{segment(webhook)}",
            headers={"if-match": if_match, "if-none-match": if_none_match},
            content=content,
        )
        return await self._get(call, WebhookResource)

    async def delete(self, webhook: str, *, if_match: str | None = None, if_none_match: str | None = None) -> None:
        """Deletes the webhook, and gives up what was on its way to it; 204 also when there is none."""
        call = Call(
            "DELETE", f"/webhooks/{segment(webhook)}", headers={"if-match": if_match, "if-none-match": if_none_match}
        )
        await self._do(call)

    def list(self) -> AsyncItemPaged[WebhookResource]:
        """All of the tenant's webhooks: there are at most ten."""
        call = Call("GET", "/webhooks")
        return self._list(call, WebhookResource)

    async def rotate_secret(self, webhook: str, content: SecretRotation | None = None) -> NewSecret:
        """Makes a new signing secret. For a while messages are signed with the former one too."""
        call = Call("POST", f"/webhooks/{segment(webhook)}:rotateSecret", content=content, repeatable=False)
        return await self._get(call, NewSecret)

    def list_deliveries(
        self, webhook: str, *, status: DeliveryStatus | None = None, page_size: int | None = None
    ) -> AsyncItemPaged[DeliveryResource]:
        """The attempts to deliver, newest first: those of the last 7 days, and what was given up in the last 30."""
        call = Call(
            "GET", f"/webhooks/{segment(webhook)}/deliveries", query={"status": status, "maxpagesize": page_size}
        )
        return self._list(call, DeliveryResource)

    async def redeliver(self, webhook: str, delivery: str) -> None:
        """Delivers that delivery's event once more, with its old id, whether it had arrived or not."""
        call = Call("POST", f"/webhooks/{segment(webhook)}/deliveries/{segment(delivery)}:redeliver", repeatable=False)
        await self._do(call)

    async def replay_events(self, webhook: str, content: ReplayRequest) -> None:
        """Delivers a meeting's events again, from one on and in order: also those from before the webhook was made."""
        call = Call("POST", f"/webhooks/{segment(webhook)}:replay", content=content, repeatable=False)
        await self._do(call)

    async def test(self, webhook: str) -> TestResult:
        """Sends an event of the type `webhook.test` now, and says what came of it. It is not tried again."""
        call = Call("POST", f"/webhooks/{segment(webhook)}:test", repeatable=False)
        return await self._get(call, TestResult)


class Groups(Group):
    """What the async client can do, by groups."""

    @property
    def chat(self) -> Chat:
        return Chat(self._driver)

    @property
    def invitees(self) -> Invitees:
        return Invitees(self._driver)

    @property
    def lobby(self) -> Lobby:
        return Lobby(self._driver)

    @property
    def meetings(self) -> Meetings:
        return Meetings(self._driver)

    @property
    def operations(self) -> Operations:
        return Operations(self._driver)

    @property
    def participants(self) -> Participants:
        return Participants(self._driver)

    @property
    def platform(self) -> Platform:
        return Platform(self._driver)

    @property
    def sessions(self) -> Sessions:
        return Sessions(self._driver)

    @property
    def tenants(self) -> Tenants:
        return Tenants(self._driver)

    @property
    def users(self) -> Users:
        return Users(self._driver)

    @property
    def webhooks(self) -> Webhooks:
        return Webhooks(self._driver)
