import { ProviderError } from "./errors";
import { HostApi } from "./hostApi";
import { Http, type HttpRequest } from "./http";
import type { Schemas } from "./schemas";

/** A request may leave grants out; the answer has them all. */
export type JoinAnswer = Schemas["JoinResponse"] & { participant: { grants: Required<Schemas["Grants"]> } };
export type LobbyAnswer = Schemas["LobbyResponse"];
type ElsewhereAnswer = Schemas["AcsJoinResponse"] | Schemas["LiveKitJoinResponse"];
export type IssuedToken = Schemas["IssuedToken"];
export type ClientSettings = Schemas["ClientSettings"];
export type Renewal = Schemas["Renewal"];
export type InvitationPush = Schemas["PushState"];
export type StoredMessage = Schemas["ChatMessage"];

const REFRESH_DEADLINE_MS = 15_000;

/** The part of the HTTP API that the client needs. */
export class Api {
  /** What only those who moderate may ask for. */
  readonly hosts: HostApi;
  readonly #http: Http;

  constructor(origin = "", fetchFunction: typeof fetch = (...args) => fetch(...args)) {
    this.#http = new Http(origin, fetchFunction);
    this.hosts = new HostApi(this.#http);
  }

  /** A join token for a meeting that is open to everybody; 404 when it is not. */
  issueOpenToken(meeting: string, name: string, signal?: AbortSignal): Promise<IssuedToken> {
    return this.#http.json(`/openMeetings/${encodeURIComponent(meeting)}:issueToken`, {
      method: "POST",
      body: { name },
      ...(signal && { signal }),
    });
  }

  /** A join token for somebody who is signed in; refused where the meeting is not for those, or the person is not. */
  exchangeToken(meeting: string, idToken: string, name: string, signal?: AbortSignal): Promise<IssuedToken> {
    return this.#http.json(`/meetings/${encodeURIComponent(meeting)}:exchangeToken`, {
      method: "POST",
      token: idToken,
      body: { name },
      ...(signal && { signal }),
    });
  }

  /** What this installation is like. */
  clientSettings(): Promise<ClientSettings> {
    return this.#http.json("/clientSettings", { method: "GET" });
  }

  /** A join token for the link that an invitee was sent; 401 when the invitation does not hold any more. */
  exchangeInvitation(invitation: string): Promise<IssuedToken> {
    return this.#http.json("/invitations:exchange", { method: "POST", body: { invitation } });
  }

  /** Whether messages to the invitee are pushed to this browser, which has that subscription; 404 where nothing is pushed. */
  invitationPush(invitation: string, endpoint: string | undefined): Promise<InvitationPush> {
    return this.#http.json("/invitations:getPush", { method: "POST", body: { invitation, endpoint } });
  }

  /** Has messages to the invitee pushed to that subscription, or to none. */
  setInvitationPush(invitation: string, push: PushSubscriptionJSON | null): Promise<InvitationPush> {
    return this.#http.json("/invitations:setPush", { method: "POST", body: { invitation, push } });
  }

  /** Comes in, or learns that one has to wait; a ProviderError where somebody carries the media whom we cannot play. */
  async join(token: string, signal?: AbortSignal): Promise<JoinAnswer | LobbyAnswer> {
    const request: HttpRequest = { method: "POST", token, body: {}, ...(signal && { signal }) };
    const answer = await this.#http.json<JoinAnswer | LobbyAnswer | ElsewhereAnswer>("/sessions:join", request);
    if ("acs" in answer || "livekit" in answer) throw new ProviderError(answer.provider);
    return answer;
  }

  /** Ends this Peer; a Peer that another has replaced meanwhile is left alone by the API. */
  async leave(session: string, peer: string, token: string): Promise<void> {
    await this.#http.send(`/sessions/${session}:leave`, { method: "POST", token, body: { peer }, keepalive: true });
  }

  /** Another token for somebody who is in the session, for when this one has died; the Peer stays as it is. */
  refresh(session: string, token: string): Promise<Renewal> {
    const signal = AbortSignal.timeout(REFRESH_DEADLINE_MS);
    return this.#http.json(`/sessions/${session}:refresh`, { method: "POST", token, signal });
  }

  /** Does not wait any more to be let in. */
  async stopWaiting(token: string): Promise<void> {
    await this.#http.send("/sessions:stopWaiting", { method: "POST", token, keepalive: true });
  }

  /** The newest messages of the meeting's chat, oldest first. */
  async messages(meeting: string, token: string): Promise<StoredMessage[]> {
    const page: { value: StoredMessage[] } = await this.#http.json(`/meetings/${encodeURIComponent(meeting)}/messages`, {
      method: "GET",
      token,
    });
    return page.value;
  }
}
