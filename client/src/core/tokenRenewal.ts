import type { Api, JoinAnswer } from "./api";
import { ApiError } from "./errors";
import type { IdentityStore } from "./identity";

/** How often the time is looked at. One long timer would stand still while the device sleeps. */
const LOOK_MS = 30_000;
/** After a failure that may pass. */
const RETRY_MS = 30_000;
/** Bounds for the wait, whatever the clock of this device says: a renewed token lives for up to eight hours. */
const SHORTEST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 4 * 3_600_000;

interface RenewalParts {
  api: Pick<Api, "refresh">;
  identity: IdentityStore;
}

type Entry = Pick<JoinAnswer, "session" | "tokenExpiresOn">;

/**
 * Renews the join token while one is in a session, each time at half of its life: what hosts do and a later join need
 * one that holds. A failure is tried again quietly; a refusal is the end of it, and shows when the token is needed.
 */
export class TokenRenewal {
  readonly #parts: RenewalParts;
  #session: string | null = null;
  #dueAt = Infinity;
  #asking = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** Goes on for the session that one has come into, or come back into. */
  follow({ session, tokenExpiresOn }: Entry): void {
    this.stop();
    this.#session = session.id;
    this.#plan(tokenExpiresOn);
    this.#timer = setInterval(() => {
      this.check();
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#session = null;
  }

  /** Renews if it is time: to be called too when the device may have slept, or has a network again. */
  check(): void {
    if (this.#session !== null && !this.#asking && Date.now() >= this.#dueAt) void this.#renew(this.#session);
  }

  async #renew(session: string): Promise<void> {
    const kept = this.#parts.identity.get();
    if (kept === null) return;
    this.#asking = true;
    try {
      const { token, tokenExpiresOn } = await this.#parts.api.refresh(session, kept.token);
      if (session !== this.#session) return;
      this.#parts.identity.renew(token);
      this.#plan(tokenExpiresOn);
    } catch (error) {
      if (session === this.#session) this.#failed(error);
    } finally {
      this.#asking = false;
    }
  }

  #failed(error: unknown): void {
    const isRefused = error instanceof ApiError && error.status < 500 && ![408, 429].includes(error.status);
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    if (isRefused) this.stop();
    else this.#dueAt = Date.now() + Math.max(RETRY_MS, asked);
  }

  #plan(expiresOn: string): void {
    const half = (Date.parse(expiresOn) - Date.now()) / 2;
    this.#dueAt = Date.now() + Math.min(Math.max(half, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
  }
}
