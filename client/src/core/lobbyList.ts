import { ApiError } from "./errors";
import type { WaitingPerson } from "./hostApi";
import { Store } from "./store";

/** Well below the time after which the control plane takes somebody who does not ask again for gone. */
const LOOK_AGAIN_MS = 10_000;

/** Reads who waits; null for whoever does not moderate. */
export type ReadLobby = () => Promise<readonly WaitingPerson[]> | null;

/**
 * Who waits to be let in, as those who moderate see it; nobody for all others.
 *
 * News says only that something has changed, and nothing says that somebody has gone without a word. So the list is
 * read again on news, and every ten seconds while somebody is in it or the last reading failed.
 */
export class LobbyList {
  readonly waiting = new Store<readonly WaitingPerson[]>([]);
  readonly #read: ReadLobby;
  readonly #onNewcomers: (newcomers: readonly WaitingPerson[]) => void;
  #reading = false;
  #again = false;
  /** Counts what makes a reading that is under way out of date. */
  #epoch = 0;
  /** On whom one is deciding just now. */
  readonly #deciding = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: ReadLobby, onNewcomers: (newcomers: readonly WaitingPerson[]) => void) {
    this.#read = read;
    this.#onNewcomers = onNewcomers;
  }

  /** Reads the list now, or once more when it is being read. */
  async refresh(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    clearTimeout(this.#timer);
    let succeeded = true;
    while (this.#isDue()) succeeded = await this.#take();
    this.#reading = false;
    if (!succeeded || this.waiting.value.length > 0) {
      this.#timer = setTimeout(() => void this.refresh(), LOOK_AGAIN_MS);
    }
  }

  /** Decides on people, who are out of the list at once, and stay out unless the decision failed. */
  async decide(participants: readonly string[], decision: () => Promise<boolean>): Promise<boolean> {
    for (const participant of participants) this.#deciding.add(participant);
    this.waiting.update((waiting) => this.#undecided(waiting));
    const isDone = await decision();
    for (const participant of participants) this.#deciding.delete(participant);
    this.#epoch += 1;
    await this.refresh();
    return isDone;
  }

  /** Nobody waits here any more, as far as this page is concerned. */
  close(): void {
    clearTimeout(this.#timer);
    this.#epoch += 1;
    this.#again = false;
    this.waiting.set([]);
  }

  #isDue(): boolean {
    const due = this.#again;
    this.#again = false;
    return due;
  }

  /** Answers whether the list is known now. */
  async #take(): Promise<boolean> {
    const epoch = this.#epoch;
    try {
      const waiting = (await this.#read()) ?? [];
      if (epoch === this.#epoch) this.#show(this.#undecided(waiting));
      return true;
    } catch (error) {
      const refused = error instanceof ApiError && error.status < 500 && error.status !== 429;
      if (refused) this.waiting.set([]);
      return refused;
    }
  }

  #undecided(waiting: readonly WaitingPerson[]): readonly WaitingPerson[] {
    return waiting.filter(({ participant }) => !this.#deciding.has(participant));
  }

  #show(waiting: readonly WaitingPerson[]): void {
    const known = new Set(this.waiting.value.map(({ participant }) => participant));
    const newcomers = waiting.filter(({ participant }) => !known.has(participant));
    this.waiting.set(waiting);
    if (newcomers.length > 0) this.#onNewcomers(newcomers);
  }
}
