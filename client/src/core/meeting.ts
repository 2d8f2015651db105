import type { LeaveReason, Source } from "../generated/protocol";
import type { Chat } from "./chat";
import { Connection, type ConnectionListener, type ConnectionParts } from "./connection";
import { Content, type Self } from "./content";
import { type EntryParts, muteOnEntry } from "./entry";
import { guard } from "./guard";
import type { Hosting } from "./hosting";
import type { Wanted } from "./layout";
import { obey } from "./moderated";
import type { Notices } from "./notices";
import { advance, type EndReason, type LossCause, type Phase, type PhaseEvent } from "./phase";
import { GaveUp, persist, Wake } from "./recovery";
import { type Roster, rosterOf } from "./roster";
import { Store } from "./store";
import type { Heard } from "./signalling";
import { rejection } from "./time";
import { type TokenParts, TokenSource } from "./tokens";

/** For how long is tried to come in, and to come back. */
const BUDGETS_MS = { join: 30_000, rejoin: 60_000 };

export interface MeetingParts extends ConnectionParts, TokenParts, EntryParts {
  notices: Notices;
}

/** For how long the old Peer's end may come before the word that the new one has taken its place. */
const TAKEOVER_MS = 1_000;

/**
 * One meeting as this tab sees it. It owns at most one connection that counts; while it mends one, it opens the next
 * before it closes the last, and heeds the last until the node has let the next one in (`heeded`).
 *
 * Theory of operation: `phase` is moved by the table in phase.ts alone. A trouble of the connection begins `#mend`:
 * a broken path is first mended by an ICE restart; whatever that does not cure, and every other trouble, by joining
 * again with the kept token. Roster, chat and local media outlive connections.
 *
 * A signalling socket that is gone for good is no broken call: sound and picture go on without it, and only chat and
 * news of the meeting are missing. A socket's URL comes only from `:join`, which makes a new Peer; but the node keeps
 * the old one until the new one has joined. So the next connection is sought behind the scenes for as long as the
 * path holds, be it hours (`#mendQuietly`). Nobody sees "reconnecting" unless the path breaks meanwhile.
 */
export class Meeting {
  readonly id: string;
  readonly phase = new Store<Phase>({ name: "idle" });
  readonly connection = new Store<Connection | null>(null);
  readonly title: Store<string>;
  readonly locked: Store<boolean>;
  readonly self: Store<Self | null>;
  readonly roster: Store<Roster>;
  readonly chat: Chat;
  readonly hosting: Hosting;
  readonly renewal: Content["renewal"];

  readonly #parts: MeetingParts;
  readonly #tokens: TokenSource;
  readonly #content: Content;
  readonly #wake = new Wake();
  #attempts = 0;
  /** The number of the attempt whose connection the node knows now. */
  #heeded = 1;
  #abort = new AbortController();
  #restart = new AbortController();
  /** Aborts when the path breaks while its connection is mended quietly. */
  #quiet = new AbortController();
  #mending = false;
  #wanted: readonly Wanted[] = [];

  constructor(id: string, parts: MeetingParts) {
    this.id = id;
    this.#parts = parts;
    this.#content = new Content(parts);
    ({ title: this.title, locked: this.locked, self: this.self } = this.#content);
    ({ roster: this.roster, chat: this.chat, hosting: this.hosting, renewal: this.renewal } = this.#content);
    this.#tokens = new TokenSource(id, parts);
  }

  /** Joins under that name: with the kept token if it is that person's, else with a new one if the meeting is open. */
  async join(name: string): Promise<void> {
    this.#move({ type: "join" });
    this.#abort = new AbortController();
    const attempt = () => this.#tokens.forName(name, this.#open, this.#abort.signal);
    await this.#alone(() => this.#establish(BUDGETS_MS.join, attempt));
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
    if (this.connection.value === null) this.#abort.abort();
    else this.connection.value.leave();
  }

  /** The browser has a network again, perhaps another one: waits for it no longer, and looks for a new path at once. */
  networkReturned(): void {
    this.#wake.now();
    if (!this.#mending) this.#trouble("network");
  }

  /** What is on the screen; remembered, and asked for again after every reconnection. */
  show(wanted: readonly Wanted[]): void {
    this.#wanted = wanted;
    this.connection.value?.layout?.want(wanted);
  }

  /** Opens a connection, however often that takes, and takes it into use. */
  async #establish(budgetMs: number, attempt: () => Promise<Connection>): Promise<void> {
    const { signal } = this.#abort;
    const onFailed = () => {
      this.#move({ type: "attemptFailed" });
    };
    try {
      this.#take(await persist(attempt, this.#wake, { budgetMs, signal, onFailed }), signal);
    } catch (error) {
      if (!signal.aborted) this.#giveUp(error);
    }
  }

  #open = (token: string): Promise<Connection> => {
    this.#attempts += 1;
    return Connection.open(this.#parts, token, this.#listener(this.#attempts));
  };

  #reopen = (): Promise<Connection> => this.#tokens.kept(this.#open);

  #take(connection: Connection, { aborted }: AbortSignal): void {
    if (aborted) connection.leave();
    else this.#adopt(connection);
  }

  #adopt(connection: Connection): void {
    const previous = this.connection.value;
    connection.layout?.want(this.#wanted);
    this.connection.set(connection);
    previous?.close();
    this.#content.enter(connection.answer, connection.sendChat);
    this.#parts.identity.inCall = true;
    this.#move({ type: "opened" });
  }

  #listener(attempt: number): ConnectionListener {
    const unlessOutdated = guard(() => attempt >= this.#heeded);
    const ifHeeded = guard(() => attempt === this.#heeded);
    return {
      signal: this.#abort.signal,
      onWaiting: unlessOutdated((waiting) => {
        this.#move({ type: "wait", ...waiting });
      }),
      onStep: unlessOutdated((step) => {
        this.#move({ type: "step", step });
      }),
      onAnswered: unlessOutdated((answer) => {
        this.#parts.identity.renew(answer.token);
        this.self.set(answer.participant);
        muteOnEntry(answer, this.phase.value, this.#parts);
      }),
      onJoined: unlessOutdated((joined) => {
        this.#heeded = attempt;
        this.#content.setRoster(rosterOf(joined.roster));
      }),
      onNews: ifHeeded((news) => {
        this.#content.applyNews(news);
      }),
      onMessage: unlessOutdated((message) => {
        this.#receive(message, attempt);
      }),
      onTrouble: ifHeeded((cause) => {
        this.#trouble(cause);
      }),
      onRefused: ifHeeded((source: Source) => {
        this.#parts.notices.add({ type: "refused", source });
      }),
    };
  }

  #receive(message: Heard, attempt: number): void {
    switch (message.type) {
      case "ended":
        this.#end({ type: "end", reason: message.reason });
        break;
      case "move":
        this.#trouble("move");
        break;
      case "moved":
        this.#end({ type: "end", reason: "moved", moved: message });
        break;
      case "left":
        // The next Peer replaces this one before its own socket has heard of it.
        if (message.reason !== "replaced" || attempt === this.#attempts) this.#leftBy(message.reason);
        break;
      case "grantsChanged":
      case "sourcesMuted":
        if (obey(message, { ...this.#parts, self: this.self })) this.#trouble("role");
        break;
      default:
        this.#content.receive(message);
    }
  }

  #leftBy(reason: LeaveReason): void {
    if (["timedOut", "nodeLost", "dtlsFailed"].includes(reason)) this.#trouble("node");
    else this.#end({ type: "end", reason });
  }

  #trouble(cause: LossCause): void {
    // No ICE restart can cure what comes on top of a broken path, so it need not be waited for.
    if (cause !== "network") this.#restart.abort();
    if (cause === "signalling") this.chat.disconnect();
    if (this.connection.value === null) return;
    if (this.#mending) this.#troubleWhileMending(cause);
    else if (cause === "signalling" && this.connection.value.pathHolds) void this.#alone(() => this.#mendQuietly());
    else void this.#alone(() => this.#mend(cause));
  }

  /** Whatever ends the old Peer may be that the next has taken its place; if not, it is a broken call now. */
  #troubleWhileMending(cause: LossCause): void {
    const heeded = this.#heeded;
    setTimeout(() => {
      if (this.#mending && heeded === this.#heeded) this.#break(cause);
    }, TAKEOVER_MS);
  }

  #break(cause: LossCause): void {
    this.#move({ type: "lost", cause });
    this.#quiet.abort();
  }

  /** Does one thing to the connection at a time; what broke meanwhile and was not heeded comes after it. */
  async #alone(action: () => Promise<void>): Promise<void> {
    const { signal } = this.#abort;
    this.#mending = true;
    await action();
    if (signal.aborted) return;
    this.#mending = false;
    if (this.connection.value?.signallingLost === true) this.#trouble("signalling");
  }

  async #mend(cause: LossCause): Promise<void> {
    this.#move({ type: "lost", cause });
    if (cause === "network" && (await this.#restartIce())) return;
    await this.#establish(BUDGETS_MS.rejoin, this.#reopen);
  }

  async #mendQuietly(): Promise<void> {
    this.#quiet = new AbortController();
    const ended = this.#abort.signal;
    const signal = AbortSignal.any([ended, this.#quiet.signal]);
    const heeded = this.#heeded;
    const onFailed = () => {
      // An attempt that failed after the node had let it in has cost the old Peer.
      if (heeded !== this.#heeded) this.#break("node");
    };
    try {
      this.#take(await persist(this.#reopen, this.#wake, { budgetMs: Infinity, signal, onFailed }), ended);
      return;
    } catch {
      // What is refused for good costs only the chat, until the path breaks too.
      if (!signal.aborted) await rejection(signal).catch(() => undefined);
    }
    if (!ended.aborted) await this.#establish(BUDGETS_MS.rejoin, this.#reopen);
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
    const lost = this.phase.value.name === "reconnecting" && error.reason === "failed";
    this.#end({ type: "end", ...error.details, reason: lost ? "connectionLost" : error.reason });
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
    this.#mending = false;
    this.#heeded = this.#attempts + 1;
    this.connection.value?.leave();
    this.connection.set(null);
    this.#content.leave();
    this.#parts.identity.inCall = false;
    this.#move(event);
  }

  #move(event: PhaseEvent): void {
    this.phase.update((phase) => advance(phase, event));
  }
}
