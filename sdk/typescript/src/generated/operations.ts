// Generated from the OpenAPI document by `make generate`; not to be edited.

import { newKey, segment, type CallOptions } from "../call.js";
import { Group } from "../group.js";
import type { Paged } from "../paging.js";
import type { Poller } from "../polling.js";
import type * as models from "./models.js";

/** `client.chat` */
export class Chat extends Group {
  /** What was said in the meeting's chat: the latest page first, and within a page the newest last. */
  listMessages(meeting: string, options: CallOptions & { pageSize?: number } = {}): Paged<models.ChatMessage> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/messages`, query: { maxpagesize: options.pageSize } }, options);
  }
}

/** `client.invitees` */
export class Invitees extends Group {
  get(meeting: string, invitee: string, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.InviteeResource> {
    return this.expectJson({ method: "GET", path: `/meetings/${segment(meeting)}/invitees/${segment(invitee)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** Invites somebody, who is told so at once; or replaces all that can be chosen about an invitee. */
  put(meeting: string, invitee: string, content: models.InviteeContent, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.InviteeResource> {
    return this.expectJson({ method: "PUT", path: `/meetings/${segment(meeting)}/invitees/${segment(invitee)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, content }, options);
  }

  /** Invites somebody no more, who is told so; the link is dead at once. 204 also when there is no such invitee. */
  delete(meeting: string, invitee: string, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<void> {
    return this.expectNothing({ method: "DELETE", path: `/meetings/${segment(meeting)}/invitees/${segment(invitee)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** The meeting's invitees, in the order in which they were added. */
  list(meeting: string, options: CallOptions & { pageSize?: number } = {}): Paged<models.InviteeResource> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/invitees`, query: { maxpagesize: options.pageSize } }, options);
  }

  /** What the invitee was told of the meeting, newest first, and whether it arrived: of the last 30 days. */
  listNotifications(meeting: string, invitee: string, options: CallOptions & { pageSize?: number } = {}): Paged<models.NotificationResource> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/invitees/${segment(invitee)}/notifications`, query: { maxpagesize: options.pageSize } }, options);
  }

  /** The key by which push services know this service; 404 `WebPushNotConfigured` where nothing is pushed. */
  getWebPushKey(options: CallOptions = {}): Promise<models.WebPushKey> {
    return this.expectJson({ method: "GET", path: `/webPushKey` }, options);
  }

  /** Whether the invitee's messages are pushed to this browser; 404 `WebPushNotConfigured` where nothing is pushed. */
  getInvitationPush(content: models.PushQuestion, options: CallOptions = {}): Promise<models.PushState> {
    return this.expectJson({ method: "POST", path: `/invitations:getPush`, content, repeatable: false }, options);
  }

  /** Has the invitee's messages pushed to this browser and to no other, or to none. */
  setInvitationPush(content: models.PushWish, options: CallOptions = {}): Promise<models.PushState> {
    return this.expectJson({ method: "POST", path: `/invitations:setPush`, content, repeatable: false }, options);
  }
}

/** `client.lobby` */
export class Lobby extends Group {
  /** Those who wait to be let in. */
  list(session: string, options: CallOptions = {}): Paged<models.WaitingPerson> {
    return this.expectPages({ method: "GET", path: `/sessions/${segment(session)}/lobby` }, options);
  }

  /** The token's user, who waits, does not want to come in any more; 204 also when it does not wait. */
  stopWaiting(options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions:stopWaiting`, repeatable: false }, options);
  }

  /** Lets somebody in who waits, or who was denied. */
  admitParticipant(session: string, participant: string, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}/lobby/${segment(participant)}:admit` }, options);
  }

  /** Does not let somebody in, for as long as the session lasts. */
  denyParticipant(session: string, participant: string, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}/lobby/${segment(participant)}:deny` }, options);
  }

  /** Lets in everybody who waits now. */
  admitAll(session: string, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}/lobby:admitAll` }, options);
  }
}

/** `client.meetings` */
export class Meetings extends Group {
  get(meeting: string, options: CallOptions & { includeDeleted?: boolean; ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "GET", path: `/meetings/${segment(meeting)}`, query: { includeDeleted: options.includeDeleted }, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** Creates the meeting, or replaces all that can be chosen about it. */
  put(meeting: string, content: models.MeetingContent, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "PUT", path: `/meetings/${segment(meeting)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, content }, options);
  }

  /** Changes what the body names (JSON merge patch, RFC 7396). */
  patch(meeting: string, content: models.MeetingPatch, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "PATCH", path: `/meetings/${segment(meeting)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, content }, options);
  }

  /** Deletes the meeting and ends its session; 204 also when there is none. `:restore` brings it back for a while. */
  delete(meeting: string, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<void> {
    return this.expectNothing({ method: "DELETE", path: `/meetings/${segment(meeting)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** The tenant's meetings, a page at a time; without `orderby` in no promised order. */
  list(options: CallOptions & { pageSize?: number; includeDeleted?: boolean; filter?: string; orderby?: string } = {}): Paged<models.MeetingResource> {
    return this.expectPages({ method: "GET", path: `/meetings`, query: { maxpagesize: options.pageSize, includeDeleted: options.includeDeleted, filter: options.filter, orderby: options.orderby } }, options);
  }

  /** Creates a meeting with an id that the service chooses. */
  create(content: models.MeetingContent, options: CallOptions & { idempotencyKey?: string } = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "POST", path: `/meetings`, headers: { "idempotency-key": options.idempotencyKey ?? newKey() }, content }, options);
  }

  /** Brings a deleted meeting back as it was, with its chat and its sessions, until `purgeOn`. */
  restore(meeting: string, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:restore`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, repeatable: false }, options);
  }

  /** The meeting as a file for calendars (METHOD:PUBLISH).

404 `MeetingNotScheduled` for a meeting without a schedule. */
  getInvite(meeting: string, options: CallOptions = {}): Promise<string> {
    return this.expectText({ method: "GET", path: `/meetings/${segment(meeting)}/invite.ics` }, options);
  }

  /** A join token for one of the tenant's users, and the link that carries it. */
  issueToken(meeting: string, content: models.TokenRequest, options: CallOptions = {}): Promise<models.IssuedToken> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:issueToken`, content }, options);
  }

  /** A join token for anybody, where the meeting is open to all: only on a laptop, and only one meeting. */
  issueGuestToken(openMeeting: string, content: models.GuestTokenRequest, options: CallOptions = {}): Promise<models.IssuedToken> {
    return this.expectJson({ method: "POST", path: `/openMeetings/${segment(openMeeting)}:issueToken`, content }, options);
  }

  /** A join token for somebody of the tenant's directory, for the ID token that signing in has given.

The directory says which tenant's meeting it is; the meeting's `signedInRole` says whether, and as what. */
  exchangeToken(meeting: string, content: models.ExchangeRequest, options: CallOptions = {}): Promise<models.IssuedToken> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:exchangeToken`, content, repeatable: false }, options);
  }

  /** A join token for the link that an invitee was sent, which holds until the tenant takes the invitation back. */
  exchangeInvitation(content: models.InvitationExchange, options: CallOptions = {}): Promise<models.IssuedToken> {
    return this.expectJson({ method: "POST", path: `/invitations:exchange`, content, repeatable: false }, options);
  }

  /** Opens the meeting, whatever its schedule says, until `:end`. */
  start(meeting: string, options: CallOptions = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:start` }, options);
  }

  /** Ends the live session for everybody in it. A later join begins another one, where the schedule lets people in. */
  end(meeting: string, options: CallOptions = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:end` }, options);
  }

  /** Lets nobody new in. */
  lock(meeting: string, options: CallOptions = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:lock` }, options);
  }

  unlock(meeting: string, options: CallOptions = {}): Promise<models.MeetingResource> {
    return this.expectJson({ method: "POST", path: `/meetings/${segment(meeting)}:unlock` }, options);
  }

  /** Who was there, in which session, from when to when. */
  listAttendance(meeting: string, options: CallOptions & { session?: string; pageSize?: number } = {}): Paged<models.AttendanceResource> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/attendance`, query: { session: options.session, maxpagesize: options.pageSize } }, options);
  }

  /** The same as a table for spreadsheets; the address of the next page is in the header Link. */
  getAttendanceSheet(meeting: string, options: CallOptions & { session?: string; pageSize?: number } = {}): Promise<string> {
    return this.expectText({ method: "GET", path: `/meetings/${segment(meeting)}/attendance.csv`, query: { session: options.session, maxpagesize: options.pageSize } }, options);
  }

  /** How the connection of everybody who was there was; of a Peer it is known when that has ended. */
  listQualityReport(meeting: string, options: CallOptions & { session?: string; pageSize?: number } = {}): Paged<models.ParticipantQualityResource> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/qualityReport`, query: { session: options.session, maxpagesize: options.pageSize } }, options);
  }

  /** The same as a table for spreadsheets; the address of the next page is in the header Link. */
  getQualitySheet(meeting: string, options: CallOptions & { session?: string; pageSize?: number } = {}): Promise<string> {
    return this.expectText({ method: "GET", path: `/meetings/${segment(meeting)}/qualityReport.csv`, query: { session: options.session, maxpagesize: options.pageSize } }, options);
  }
}

/** `client.operations` */
export class Operations extends Group {
  /** How far it has come; `Retry-After` says when to look again, while it is under way. */
  get(operation: string, options: CallOptions = {}): Promise<models.OperationResource> {
    return this.expectJson({ method: "GET", path: `/operations/${segment(operation)}` }, options);
  }
}

/** `client.participants` */
export class Participants extends Group {
  /** Somebody who has joined the session, also when it has left. */
  get(session: string, participant: string, options: CallOptions = {}): Promise<models.ParticipantResource> {
    return this.expectJson({ method: "GET", path: `/sessions/${segment(session)}/participants/${segment(participant)}` }, options);
  }

  /** Changes the role or the grants, or mutes; it holds at once, and for as long as the session lasts. */
  patch(session: string, participant: string, content: models.ParticipantPatch, options: CallOptions = {}): Promise<models.ParticipantResource> {
    return this.expectJson({ method: "PATCH", path: `/sessions/${segment(session)}/participants/${segment(participant)}`, content }, options);
  }

  /** Moves the participant into another meeting, past its lock, lobby and schedule; its client goes there by itself.

The tenant may name any of its meetings; moderators the main meeting and the breakout rooms that theirs belongs
with (`breakoutOf`). To ask for the same again does nothing more. */
  move(session: string, participant: string, content: models.MoveRequest, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}/participants/${segment(participant)}:move`, content }, options);
  }

  /** Mutes everybody who does not moderate; each may unmute itself. */
  muteAll(session: string, content?: models.MuteRequest, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}/participants:muteAll`, content }, options);
  }

  /** Everybody who has joined the session, those who have left among them, with when and why they left. */
  list(session: string, options: CallOptions & { pageSize?: number } = {}): Paged<models.ParticipantResource> {
    return this.expectPages({ method: "GET", path: `/sessions/${segment(session)}/participants`, query: { maxpagesize: options.pageSize } }, options);
  }

  /** Takes the participant out at once. Its tokens are dead: only one issued later lets it in, and none if banned. */
  remove(session: string, participant: string, content?: models.Removal, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}/participants/${segment(participant)}:remove`, content }, options);
  }

  /** Who is kept out of the meeting. */
  listBans(meeting: string, options: CallOptions & { pageSize?: number } = {}): Paged<models.Ban> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/bans`, query: { maxpagesize: options.pageSize } }, options);
  }

  /** Lets the user in again; 204 also when there is no such ban. */
  liftBan(meeting: string, ban: string, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "DELETE", path: `/meetings/${segment(meeting)}/bans/${segment(ban)}` }, options);
  }
}

/** `client.platform` */
export class Platform extends Group {
  /** The regions that have nodes now. */
  listRegions(options: CallOptions = {}): Paged<models.Region> {
    return this.expectPages({ method: "GET", path: `/regions` }, options);
  }

  /** What the web client asks before it shows anything. */
  getClientSettings(options: CallOptions = {}): Promise<models.ClientSettings> {
    return this.expectJson({ method: "GET", path: `/clientSettings` }, options);
  }

  /** That the process answers; it says nothing about the services behind. */
  getHealth(options: CallOptions = {}): Promise<models.Health> {
    return this.expectJson({ method: "GET", path: `/healthz` }, options);
  }

  /** The public keys that verify join tokens and media grants. */
  getKeys(options: CallOptions = {}): Promise<models.KeySet> {
    return this.expectJson({ method: "GET", path: `/.well-known/jwks.json` }, options);
  }

  /** What is up and what is down of all that the control plane depends on; at most a second old. */
  getReadiness(options: CallOptions = {}): Promise<models.ReadinessStatus> {
    return this.expectJson({ method: "GET", path: `/readyz` }, options);
  }
}

/** `client.sessions` */
export class Sessions extends Group {
  /** Lets the token's user into its meeting as a new Peer, and says how to get signalling and media.

`provider` says who carries the media, and with that which of the answers it is. */
  join(content?: models.JoinRequest, options: CallOptions = {}): Promise<models.JoinResponse | models.AcsJoinResponse | models.LiveKitJoinResponse | models.LobbyResponse> {
    return this.expectJson({ method: "POST", path: `/sessions:join`, content }, options);
  }

  /** The token's user leaves; 204 also when it has left already. */
  leave(session: string, content: models.LeaveRequest, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/sessions/${segment(session)}:leave`, content }, options);
  }

  /** Renews what the token's user, who is in the session, needs to stay there; the Peer stays as it is. */
  refresh(session: string, options: CallOptions = {}): Promise<models.Renewal> {
    return this.expectJson({ method: "POST", path: `/sessions/${segment(session)}:refresh` }, options);
  }

  /** The meeting's sessions, live and past. */
  list(meeting: string, options: CallOptions & { pageSize?: number } = {}): Paged<models.SessionResource> {
    return this.expectPages({ method: "GET", path: `/meetings/${segment(meeting)}/sessions`, query: { maxpagesize: options.pageSize } }, options);
  }

  /** How many of the session had trouble with their connections, and who had the most. */
  getQualitySummary(session: string, options: CallOptions = {}): Promise<models.QualitySummary> {
    return this.expectJson({ method: "GET", path: `/sessions/${segment(session)}/qualitySummary` }, options);
  }
}

/** `client.tenants` */
export class Tenants extends Group {
  /** The tenant that the credential is of. */
  get(options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.TenantResource> {
    return this.expectJson({ method: "GET", path: `/tenants/me`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** Changes what the body names (JSON merge patch, RFC 7396). A directory belongs to one tenant at most. */
  patch(content: models.TenantPatch, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.TenantResource> {
    return this.expectJson({ method: "PATCH", path: `/tenants/me`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, content }, options);
  }

  /** The live API keys, of which there are at most two; the keys themselves are not shown. */
  listApiKeys(options: CallOptions = {}): Paged<models.ApiKeyResource> {
    return this.expectPages({ method: "GET", path: `/tenants/me/apiKeys` }, options);
  }

  /** Creates an API key; this answer alone shows it. */
  createApiKey(content: models.ApiKeyContent, options: CallOptions = {}): Promise<models.NewApiKey> {
    return this.expectJson({ method: "POST", path: `/tenants/me/apiKeys`, content, repeatable: false }, options);
  }

  /** Makes a new key, with the same name and role, in the place of this one. */
  rotateApiKey(apiKey: string, content?: models.KeyRotation, options: CallOptions = {}): Promise<models.NewApiKey> {
    return this.expectJson({ method: "POST", path: `/tenants/me/apiKeys/${segment(apiKey)}:rotate`, content, repeatable: false }, options);
  }

  /** Takes the key away: at once in the process that answers, within 30 s in all. 204 also when there is none. */
  revokeApiKey(apiKey: string, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "DELETE", path: `/tenants/me/apiKeys/${segment(apiKey)}` }, options);
  }

  /** Participant minutes by day and meeting, those of running sessions up to now. */
  getUsage(options: CallOptions & { since?: string; until?: string; pageSize?: number } = {}): Paged<models.UsageOfMeeting> {
    return this.expectPages({ method: "GET", path: `/tenants/me/usage`, query: { since: options.since, until: options.until, maxpagesize: options.pageSize } }, options);
  }

  /** Every administrative act of the tenant's credentials: who, when, what, and to what, by ids only. */
  listAuditLog(options: CallOptions & { since?: string; until?: string; actor?: string; action?: string; pageSize?: number } = {}): Paged<models.AuditEntryResource> {
    return this.expectPages({ method: "GET", path: `/tenants/me/auditLog`, query: { since: options.since, until: options.until, actor: options.actor, action: options.action, maxpagesize: options.pageSize } }, options);
  }
}

/** `client.users` */
export class Users extends Group {
  /** Erases what is kept of one of the tenant's users in all meetings: names, chat messages, attendance.

Whoever is in a session is taken out of it first. That somebody was there, and when, stays; who it was does not.
Safe to repeat. */
  beginErase(user: string, options: CallOptions = {}): Promise<Poller<models.OperationResource>> {
    return this.expectWork({ method: "POST", path: `/users/${segment(user)}:erase` }, options);
  }
}

/** `client.webhooks` */
export class Webhooks extends Group {
  get(webhook: string, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.WebhookResource> {
    return this.expectJson({ method: "GET", path: `/webhooks/${segment(webhook)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** Creates the webhook, and then shows its signing secret; or replaces all that can be chosen about it. */
  put(webhook: string, content: models.WebhookContent, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.WebhookResource> {
    return this.expectJson({ method: "PUT", path: `/webhooks/${segment(webhook)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, content }, options);
  }

  /** Changes what the body names (JSON merge patch, RFC 7396). */
  patch(webhook: string, content: models.WebhookPatch, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<models.WebhookResource> {
    return this.expectJson({ method: "PATCH", path: `/webhooks/${segment(webhook)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch }, content }, options);
  }

  /** Deletes the webhook, and gives up what was on its way to it; 204 also when there is none. */
  delete(webhook: string, options: CallOptions & { ifMatch?: string; ifNoneMatch?: string } = {}): Promise<void> {
    return this.expectNothing({ method: "DELETE", path: `/webhooks/${segment(webhook)}`, headers: { "if-match": options.ifMatch, "if-none-match": options.ifNoneMatch } }, options);
  }

  /** All of the tenant's webhooks: there are at most ten. */
  list(options: CallOptions = {}): Paged<models.WebhookResource> {
    return this.expectPages({ method: "GET", path: `/webhooks` }, options);
  }

  /** Makes a new signing secret. For a while messages are signed with the former one too. */
  rotateSecret(webhook: string, content?: models.SecretRotation, options: CallOptions = {}): Promise<models.NewSecret> {
    return this.expectJson({ method: "POST", path: `/webhooks/${segment(webhook)}:rotateSecret`, content, repeatable: false }, options);
  }

  /** The attempts to deliver, newest first: those of the last 7 days, and what was given up in the last 30. */
  listDeliveries(webhook: string, options: CallOptions & { status?: models.DeliveryStatus; pageSize?: number } = {}): Paged<models.DeliveryResource> {
    return this.expectPages({ method: "GET", path: `/webhooks/${segment(webhook)}/deliveries`, query: { status: options.status, maxpagesize: options.pageSize } }, options);
  }

  /** Delivers that delivery's event once more, with its old id, whether it had arrived or not. */
  redeliver(webhook: string, delivery: string, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/webhooks/${segment(webhook)}/deliveries/${segment(delivery)}:redeliver`, repeatable: false }, options);
  }

  /** Delivers a meeting's events again, from one on and in order: also those from before the webhook was made. */
  replayEvents(webhook: string, content: models.ReplayRequest, options: CallOptions = {}): Promise<void> {
    return this.expectNothing({ method: "POST", path: `/webhooks/${segment(webhook)}:replay`, content, repeatable: false }, options);
  }

  /** Sends an event of the type `webhook.test` now, and says what came of it. It is not tried again. */
  test(webhook: string, options: CallOptions = {}): Promise<models.TestResult> {
    return this.expectJson({ method: "POST", path: `/webhooks/${segment(webhook)}:test`, repeatable: false }, options);
  }
}

/** What the client can do, by groups. */
export class Groups extends Group {
  readonly chat = new Chat(this.conversation);
  readonly invitees = new Invitees(this.conversation);
  readonly lobby = new Lobby(this.conversation);
  readonly meetings = new Meetings(this.conversation);
  readonly operations = new Operations(this.conversation);
  readonly participants = new Participants(this.conversation);
  readonly platform = new Platform(this.conversation);
  readonly sessions = new Sessions(this.conversation);
  readonly tenants = new Tenants(this.conversation);
  readonly users = new Users(this.conversation);
  readonly webhooks = new Webhooks(this.conversation);
}
