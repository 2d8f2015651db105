import type { ChatEvent } from "../generated/protocol";
import { Pace } from "./pace";
import { delay, withDeadline } from "./time";

export type SendChat = (event: ChatEvent) => Promise<void>;

/** The control plane takes 2 in a second and 10 at once from one participant: this stays below, so it refuses none. */
const PER_SECOND = 2;
const BURST = 8;
const BURST_AFTER_RECONNECT = 5;
const TIMEOUT_MS = 10_000;

interface Entry {
  event: ChatEvent;
  handedOver: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The chat messages on their way: they go one after another, so that they arrive in the order of typing, and no
 * faster than they are taken. One that has not come back ten seconds after it was handed over has failed; one that
 * waits only for its turn has all the time it needs.
 */
export class Outbox {
  readonly #onFailed: (clientId: string) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #pace = new Pace(PER_SECOND, BURST, performance.now());
  #send: SendChat | null = null;
  #pumping: SendChat | null = null;

  constructor(onFailed: (clientId: string) => void) {
    this.#onFailed = onFailed;
  }

  /** Sends over that connection from now on; what has not come back over the last one goes again, as before. */
  connect(send: SendChat): void {
    this.#send = send;
    this.#pace.limit(BURST_AFTER_RECONNECT, performance.now());
    for (const entry of this.#entries.values()) {
      clearTimeout(entry.timer);
      entry.handedOver = false;
    }
    void this.#pump(send);
  }

  /** There is no connection: what waits has ten seconds for the next. */
  disconnect(): void {
    this.#send = null;
    for (const [clientId, entry] of this.#entries) this.#startTimer(clientId, entry);
  }

  add(event: ChatEvent): void {
    const entry: Entry = { event, handedOver: false, timer: undefined };
    this.#entries.set(event.clientId, entry);
    if (this.#send === null) this.#startTimer(event.clientId, entry);
    else void this.#pump(this.#send);
  }

  /** Forgets a message that has come back, or was refused. */
  settle(clientId: string): void {
    clearTimeout(this.#entries.get(clientId)?.timer);
    this.#entries.delete(clientId);
  }

  /** The message that has waited longest for its answer. */
  get oldest(): string | undefined {
    return [...this.#entries].find(([, entry]) => entry.handedOver)?.[0];
  }

  async #pump(send: SendChat): Promise<void> {
    if (this.#pumping === send) return;
    this.#pumping = send;
    for (let next = this.#next(send); next !== undefined; next = this.#next(send)) {
      const wait = this.#pace.take(performance.now());
      if (wait > 0) await delay(wait);
      if (this.#send === send && this.#entries.has(next.event.clientId)) await this.#handOver(next, send);
    }
    if (this.#pumping === send) this.#pumping = null;
  }

  #next(send: SendChat): Entry | undefined {
    return this.#send === send ? [...this.#entries.values()].find((entry) => !entry.handedOver) : undefined;
  }

  async #handOver(entry: Entry, send: SendChat): Promise<void> {
    const { clientId } = entry.event;
    entry.handedOver = true;
    this.#startTimer(clientId, entry);
    try {
      await withDeadline(send(entry.event), TIMEOUT_MS, "the acceptance of a chat message");
    } catch {
      // What a connection failed to send before the next one took over goes by that one.
      if (this.#send === send) this.#fail(clientId);
    }
  }

  #startTimer(clientId: string, entry: Entry): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      this.#fail(clientId);
    }, TIMEOUT_MS);
  }

  #fail(clientId: string): void {
    if (!this.#entries.has(clientId)) return;
    this.settle(clientId);
    this.#onFailed(clientId);
  }
}
