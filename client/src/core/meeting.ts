import type { FromControlPlane, FromNode, Source } from "../generated/protocol";
import type { JoinAnswer } from "./api";
import { Chat } from "./chat";
import { Connection, type ConnectionListener, type ConnectionParts } from "./connection";
import { ApiError, ConnectError } from "./errors";
import type { IdentityStore } from "./identity";
import type { Wanted } from "./layout";
import { noticesOf, type Notices } from "./notices";
import { advance, type EndReason, type LossCause, type Phase, type PhaseEvent } from "./phase";
import { GaveUp, persist, Wake } from "./recovery";
import { applyToRoster, EMPTY_ROSTER, type Roster, type RosterMessage, rosterOf } from "./roster";
import { Store } from "./store";
import { rejection } from "./time";

const JOIN_BUDGET_MS = 30_000;
const REJOIN_BUDGET_MS = 60_000;

export interface MeetingParts extends ConnectionParts {
  identity: IdentityStore;
  notices: Notices;
}

export type Self = JoinAnswer["participant"];

/**
 * One meeting as this tab sees it. It owns at most one connection that counts; while it mends one, it opens the next
 * before it closes the last, and listens only to the newest (`generation`).
 *
 * Theory of operation: `phase` is moved by the table in phase.ts alone. A trouble of the connection begins `#mend`:
 * a broken path is first mended by an ICE restart; whatever that does not cure, and every other trouble, by joining
 * again with the kept token. Roster, chat and local media outlive connections.
 */
export class Meeting {
  readonly id: string;
  readonly phase = new Store<Phase>({ name: "idle" });
  readonly title = new Store("");
  readonly self = new Store<Self | null>(null);
  readonly roster = new Store<Roster>(EMPTY_ROSTER);
  readonly connection = new Store<Connection | null>(null);
  readonly chat = new Chat();

  readonly #parts: MeetingParts;
  readonly #wake = new Wake();
  #generation = 0;
  #abort = new AbortController();
  #restart = new AbortController();
  #mending = false;
  #wanted: readonly Wanted[] = [];

  constructor(id: string, parts: MeetingParts) {
    this.id = id;
    this.#parts = parts;
  }

  /** Joins under that name: with the kept token if it is that person's, else with a new one if the meeting is open. */
  async join(name: string): Promise<void> {
    this.#move({ type: "join" });
    this.#abort = new AbortController();
    await this.#establish(JOIN_BUDGET_MS, () => this.#obtainToken(name));
  }

  /** Ends before the beginning, as when the join link is no good. */
  refuse(reason: EndReason): void {
    this.#move({ type: "end", reason });
  }

  /** Leaves for good; the media is given back by its owner. */
  leave(): void {
    this.#sayGoodbye();
    this.#end({ type: "end", reason: "left" });
  }

  /** Leaves because the page goes away: others see it at once, and a reload may come back as the same participant. */
  abandon(): void {
    this.#sayGoodbye();
    this.connection.value?.leave();
  }

  /** The browser has a network again, perhaps another one: waits for it no longer, and looks for a new path at once. */
  networkReturned(): void {
    this.#wake.now();
    this.#trouble("network");
  }

  /** What is on the screen; remembered, and asked for again after every reconnection. */
  show(wanted: readonly Wanted[]): void {
    this.#wanted = wanted;
    this.connection.value?.layout?.want(wanted);
  }

  async #obtainToken(name: string): Promise<string> {
    const { api, identity } = this.#parts;
    const kept = identity.get();
    if (kept !== null && (kept.name === name || kept.fromLink)) return kept.token;
    try {
      const issued = await api.issueOpenToken(this.id, name, this.#abort.signal);
      identity.set({ token: issued.token, fromLink: false });
      return issued.token;
    } catch (error) {
      const closed = error instanceof ApiError && error.status === 404;
      throw closed ? new GaveUp("needsJoinLink", error, error.code) : new ConnectError("api", error);
    }
  }

  #keptToken(): Promise<string> {
    const kept = this.#parts.identity.get();
    return kept === null ? Promise.reject(new GaveUp("tokenExpired", null)) : Promise.resolve(kept.token);
  }

  /** Opens a connection, however often that takes, and takes it into use. */
  async #establish(budgetMs: number, obtainToken: () => Promise<string>): Promise<void> {
    const { signal } = this.#abort;
    const onFailed = () => {
      this.#move({ type: "attemptFailed" });
    };
    try {
      const attempt = async () => this.#open(await obtainToken());
      const connection = await persist(attempt, this.#wake, { budgetMs, signal, onFailed });
      if (signal.aborted) connection.leave();
      else this.#adopt(connection);
    } catch (error) {
      if (!signal.aborted) this.#giveUp(error);
    }
  }

  #open(token: string): Promise<Connection> {
    this.#generation += 1;
    return Connection.open(this.#parts, token, this.#listener(this.#generation));
  }

  #adopt(connection: Connection): void {
    const previous = this.connection.value;
    const { participant, session } = connection.answer;
    connection.layout?.want(this.#wanted);
    this.connection.set(connection);
    previous?.close();
    this.chat.connect({ participant: participant.id, name: participant.name }, connection.sendChat);
    this.title.set(session.title);
    this.#parts.identity.inCall = true;
    this.#move({ type: "opened" });
    void this.#loadHistory();
  }

  async #loadHistory(): Promise<void> {
    const { api, identity } = this.#parts;
    const kept = identity.get();
    if (kept === null) return;
    // A history that does not come costs only the history: the live chat goes on.
    const messages = await api.messages(this.id, kept.token).catch(() => []);
    this.chat.addHistory(messages);
  }

  #listener(generation: number): ConnectionListener {
    const ifCurrent =
      <A extends unknown[]>(action: (...args: A) => void) =>
      (...args: A) => {
        if (generation === this.#generation) action(...args);
      };
    return {
      onStep: ifCurrent((step) => {
        this.#move({ type: "step", step });
      }),
      onAnswered: ifCurrent((answer) => {
        this.#parts.identity.renew(answer.token);
        this.self.set(answer.participant);
      }),
      onJoined: ifCurrent((joined) => {
        this.roster.set(rosterOf(joined.roster));
      }),
      onNews: ifCurrent((news) => {
        this.#applyNews(news);
      }),
      onMessage: ifCurrent((message) => {
        this.#receive(message);
      }),
      onTrouble: ifCurrent((cause) => {
        this.#trouble(cause);
      }),
      onRefused: ifCurrent((source: Source) => {
        this.#parts.notices.add({ type: "refused", source });
      }),
    };
  }

  #applyNews(news: RosterMessage): void {
    const before = this.roster.value;
    this.roster.set(applyToRoster(before, news));
    for (const notice of noticesOf(before, news, this.self.value?.id)) this.#parts.notices.add(notice);
  }

  #receive(message: FromNode | FromControlPlane): void {
    switch (message.type) {
      case "chat":
        this.chat.receive(message);
        break;
      case "meetingUpdated":
        this.title.set(message.title);
        this.#parts.notices.add({ type: "titleChanged", title: message.title });
        break;
      case "ended":
        this.#end({ type: "end", reason: message.reason });
        break;
      case "move":
        this.#trouble("move");
        break;
      case "left":
        this.#leftBy(message.reason);
        break;
      case "error":
        this.chat.refuse(message.requestId ?? "", message.code);
    }
  }

  #leftBy(reason: Extract<FromNode, { type: "left" }>["reason"]): void {
    const mendable = reason === "timedOut" || reason === "nodeLost" || reason === "dtlsFailed";
    if (mendable) this.#trouble("node");
    else this.#end({ type: "end", reason });
  }

  #trouble(cause: LossCause): void {
    // No ICE restart can cure what comes on top of a broken path, so it need not be waited for.
    if (cause !== "network") this.#restart.abort();
    if (this.connection.value === null || this.#mending) return;
    this.#move({ type: "lost", cause });
    void this.#mend(cause);
  }

  async #mend(cause: LossCause): Promise<void> {
    this.#mending = true;
    try {
      if (cause === "network" && (await this.#restartIce())) return;
      await this.#establish(REJOIN_BUDGET_MS, () => this.#keptToken());
    } finally {
      this.#mending = false;
    }
  }

  async #restartIce(): Promise<boolean> {
    this.#restart = new AbortController();
    try {
      await Promise.race([this.connection.value?.restartIce(), rejection(this.#restart.signal)]);
      this.#move({ type: "restored" });
      return true;
    } catch {
      return this.#abort.signal.aborted;
    }
  }

  #giveUp(error: unknown): void {
    if (!(error instanceof GaveUp)) throw error;
    const { step, code } = error;
    const lost = this.phase.value.name === "reconnecting" && error.reason === "failed";
    const details = { ...(step !== undefined && { step }), ...(code !== undefined && { code }) };
    this.#end({ type: "end", reason: lost ? "connectionLost" : error.reason, ...details });
  }

  #sayGoodbye(): void {
    const connection = this.connection.value;
    const kept = this.#parts.identity.get();
    if (connection === null || kept === null) return;
    const { session, peer } = connection.answer;
    this.#parts.api.leave(session.id, peer, kept.token).catch(() => undefined);
  }

  #end(event: Extract<PhaseEvent, { type: "end" }>): void {
    this.#abort.abort();
    this.#generation += 1;
    this.connection.value?.leave();
    this.connection.set(null);
    this.#parts.identity.inCall = false;
    this.#move(event);
  }

  #move(event: PhaseEvent): void {
    this.phase.update((phase) => advance(phase, event));
  }
}
