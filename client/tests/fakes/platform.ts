import { vi } from "vitest";
import type { JoinAnswer } from "../../src/core/api";
import { Api } from "../../src/core/api";
import type { WaitingPerson } from "../../src/core/hostApi";
import { IdentityStore, type TokenClaims } from "../../src/core/identity";
import type { LocalMedia } from "../../src/core/localMedia";
import { Meeting } from "../../src/core/meeting";
import { Notices } from "../../src/core/notices";
import { SettingsStore } from "../../src/core/settings";
import type { SignedIn } from "../../src/core/signIn";
import type { OpenSocket, SocketListener } from "../../src/core/signalling";
import type { Join, Joined, Offer, ParticipantState, Role } from "../../src/generated/protocol";
import { FakeLocalMedia, MemoryStorage } from "./media";
import { FakePeerConnection, FakeRtpSender } from "./rtc";

export const SELF = "par_01SELF";
/** How long what the API renews lives from now. */
export const TOKEN_LASTS_SECONDS = 1200;

/** A token with those claims, unsigned: the client looks only at the claims. */
export function tokenFor(name: string, expiresInSeconds = 3600, changes: Partial<TokenClaims> = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims: TokenClaims = { sub: name, name, meeting: "demo", iat, exp: iat + expiresInSeconds, ...changes };
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `header.${payload}.signature`;
}

function renewedUntil(): string {
  return new Date(Date.now() + TOKEN_LASTS_SECONDS * 1000).toISOString();
}

export function person(participant: string, changes: Partial<ParticipantState> = {}): ParticipantState {
  return { participant, name: participant, role: "attendee", status: "connected", publications: [], ...changes };
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The platform around one client: an API, a signalling service and a node, all played by the test. */
export class FakePlatform {
  readonly requests: { method: string; path: string; token: string | null; body: unknown }[] = [];
  /** As what the API lets the client in. */
  role: Role = "attendee";
  /** Who waits in the lobby. */
  waiting: WaitingPerson[] = [];
  /** Answers to give to the next requests of a path in place of the usual one. */
  readonly refusals = new Map<string, Answer[]>();
  readonly sockets: FakeSocket[] = [];
  readonly media = new FakeLocalMedia();
  readonly notices = new Notices();
  readonly settings = new SettingsStore(new MemoryStorage());
  readonly identity = new IdentityStore("demo", new MemoryStorage());
  /** Who is signed in. */
  readonly signIn = {
    person: null as SignedIn | null,
    forget: () => {
      this.signIn.person = null;
    },
  };
  readonly meeting: Meeting;
  #peers = 0;
  #joins = 0;

  constructor() {
    FakePeerConnection.all.length = 0;
    vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
    vi.stubGlobal("RTCRtpSender", FakeRtpSender);
    const openSocket: OpenSocket = (_url, listener) => {
      const socket = new FakeSocket(listener);
      this.sockets.push(socket);
      return socket;
    };
    this.meeting = new Meeting("demo", {
      api: new Api("", (input, init) => Promise.resolve(this.#answer(input as string, init))),
      openSocket,
      media: this.media as unknown as LocalMedia,
      settings: this.settings,
      identity: this.identity,
      signIn: this.signIn,
      notices: this.notices,
    });
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  refuse(path: string, ...answers: Answer[]): void {
    this.refusals.set(path, answers);
  }

  /** The next join that the client sends to a node; every socket brings one. */
  async nextJoin(): Promise<Join> {
    const socket = await vi.waitFor(() => {
      const next = this.sockets[this.#joins];
      if (next === undefined) throw new Error("no further socket was opened");
      return next;
    }, 5000);
    this.#joins += 1;
    return socket.sentMessage<Join>("join");
  }

  /** Lets the client's next join come to its end, as a node would. */
  async acceptJoin(join?: Join): Promise<void> {
    const joined = this.joined(join ?? (await this.nextJoin()));
    this.socket.receive(joined);
    const pc = FakePeerConnection.latest();
    await vi.waitFor(() => {
      if (pc.answers.length === 0) throw new Error("the answer was not applied");
    });
    pc.connect();
  }

  async join(name = "Ann"): Promise<void> {
    const joining = this.meeting.join(name);
    await this.acceptJoin();
    await joining;
  }

  async answerOffer(socket = this.socket): Promise<Offer> {
    const offer = await socket.sentMessage<Offer>("offer");
    const { requestId, peer } = offer;
    socket.receive({ type: "answered", requestId, peer, answer: "restarted", slots: [], publications: [] });
    return offer;
  }

  /** The node's answer to that join. */
  joined(join: Join): Joined {
    const slots = FakePeerConnection.latest()
      .transceivers.filter((transceiver) => transceiver.direction === "recvonly")
      .map(({ mid, kind }) => ({ mid: mid ?? "", kind: kind as "audio" | "video" }));
    const publications = (join.publications ?? []).map(({ mid, source }) => ({ mid, source, publication: `pub_${source}` }));
    const { requestId } = join;
    const roster = [person(SELF, { name: "Ann" })];
    return { type: "joined", requestId, peer: `peer_${this.#peers}`, answer: "answer", slots, publications, roster };
  }

  #answer(path: string, init: RequestInit | undefined): Response {
    const token = new Headers(init?.headers).get("authorization")?.replace("Bearer ", "") ?? null;
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
    this.requests.push({ method: init?.method ?? "GET", path, token, body });
    const { status, body: answer, headers } = this.refusals.get(path)?.shift() ?? this.#usual(path, token, body);
    return new Response(answer === undefined ? null : JSON.stringify(answer), { status, ...(headers && { headers }) });
  }

  #usual(path: string, token: string | null, body: unknown): Answer {
    if (path === "/openMeetings/demo:issueToken") {
      return { status: 200, body: { token: tokenFor((body as { name: string }).name), joinUrl: "", expiresOn: "" } };
    }
    if (path === "/sessions:join") return { status: 200, body: this.#joinAnswer(token ?? "") };
    if (path === "/sessions/ses_1:refresh") {
      const signalling = { url: "wss://signalling.invalid" };
      return { status: 200, body: { token: tokenFor("Ann", TOKEN_LASTS_SECONDS), tokenExpiresOn: renewedUntil(), signalling } };
    }
    if (path === "/sessions/ses_1/lobby") return { status: 200, body: { value: this.waiting } };
    if (path.endsWith("/messages")) return { status: 200, body: { value: [] } };
    return { status: 204 };
  }

  #joinAnswer(token: string): JoinAnswer {
    this.#peers += 1;
    return {
      session: { id: "ses_1", meeting: "demo", title: "Demo meeting", locked: false, muteOnEntry: false },
      participant: {
        id: SELF,
        name: "Ann",
        role: this.role,
        grants: {
          publish: ["camera", "microphone", "screen", "screenAudio"],
          subscribe: true,
          chat: true,
          moderate: this.role === "host" || this.role === "coHost",
        },
      },
      peer: `peer_${this.#peers}`,
      token,
      tokenExpiresOn: renewedUntil(),
      signalling: { url: "wss://signalling.invalid" },
      provider: "sfu",
      node: { id: "nod_1", region: "local" },
      iceServers: [],
      mediaGrant: "grant",
    };
  }
}

export class FakeSocket {
  readonly sent: { group: string; message: { type: string } }[] = [];
  readonly events: unknown[] = [];
  stopped = false;
  readonly #listener: SocketListener;

  constructor(listener: SocketListener) {
    this.#listener = listener;
  }

  start() {
    return Promise.resolve();
  }

  sendToGroup(group: string, message: unknown) {
    this.sent.push({ group, message: message as { type: string } });
    return Promise.resolve();
  }

  sendEvent(event: string, data: unknown) {
    this.events.push({ event, data });
    return Promise.resolve();
  }

  stop() {
    this.stopped = true;
  }

  receive(message: unknown) {
    this.#listener.onMessage(message);
  }

  fail() {
    this.#listener.onStopped();
  }

  /** The newest message of that type that the client sent, waited for. */
  sentMessage<T>(type: string): Promise<T> {
    return vi.waitFor(() => {
      const found = this.sent.findLast(({ message }) => message.type === type);
      if (found === undefined) throw new Error(`no ${type} was sent`);
      return found.message as T;
    });
  }
}
