import type { Api } from "./api";
import { ApiError, ConnectError } from "./errors";
import type { IdentityStore } from "./identity";
import { GaveUp } from "./recovery";
import type { SignIn } from "./signIn";

type Join<T> = (token: string) => Promise<T>;

export interface TokenParts {
  api: Api;
  identity: IdentityStore;
  /** Who is signed in, if anybody. */
  signIn: Pick<SignIn, "person" | "forget">;
}

interface Refusal {
  token: string;
  error: Error;
}

/**
 * The token to join with: the kept one until the API refuses it, after that a new one for the invitation that it was
 * given for, or where the meeting is open to everybody or to those who are signed in. Only the API decides whether a token holds; the clock of this device is not asked.
 */
export class TokenSource {
  readonly #meeting: string;
  readonly #api: Api;
  readonly #identity: IdentityStore;
  readonly #signIn: TokenParts["signIn"];
  #refusal: Refusal | null = null;

  constructor(meeting: string, { api, identity, signIn }: TokenParts) {
    this.#meeting = meeting;
    this.#api = api;
    this.#identity = identity;
    this.#signIn = signIn;
  }

  /**
   * Uses a token of the person of that name.
   *
   * A refused token of a join link is an end at first, because the tenant made that person somebody; only whoever
   * then asks to come in again may come as anybody.
   */
  async forName<T>(name: string, join: Join<T>, signal: AbortSignal): Promise<T> {
    const kept = this.#identity.get();
    const fits = kept !== null && (kept.fromLink || kept.name === name);
    if (fits && kept.token !== this.#refusal?.token) {
      try {
        return await this.#tryOut(kept.token, join);
      } catch (error) {
        if (this.#refusal?.error !== error) throw error;
        if (kept.invitation !== undefined) return join(await this.#byInvitation(kept.invitation));
        if (kept.fromLink) throw error;
      }
    }
    return join(await this.#issue(name, signal));
  }

  /** Uses the kept token, to come back as the same participant. */
  kept<T>(join: Join<T>): Promise<T> {
    const kept = this.#identity.get();
    return kept === null ? Promise.reject(new GaveUp("tokenExpired", null)) : this.#tryOut(kept.token, join);
  }

  async #tryOut<T>(token: string, join: Join<T>): Promise<T> {
    try {
      return await join(token);
    } catch (error) {
      if (error instanceof Error && isTokenRefusal(error)) this.#refusal = { token, error };
      throw error;
    }
  }

  /** Another token for the invitation, which lasts longer than what it gives. */
  async #byInvitation(invitation: string): Promise<string> {
    try {
      const { token } = await this.#api.exchangeInvitation(invitation);
      this.#identity.set({ token, fromLink: true, invitation });
      return token;
    } catch (error) {
      throw new ConnectError("api", error);
    }
  }

  async #issue(name: string, signal: AbortSignal): Promise<string> {
    const token = (await this.#exchange(name, signal)) ?? (await this.#openToken(name, signal));
    this.#identity.set({ token, fromLink: false });
    return token;
  }

  /** A token for being signed in; null where that is of no use here. */
  async #exchange(name: string, signal: AbortSignal): Promise<string | null> {
    const { person } = this.#signIn;
    if (person === null) return null;
    try {
      return (await this.#api.exchangeToken(this.#meeting, person.idToken, name, signal)).token;
    } catch (error) {
      const refused = error instanceof ApiError && [401, 403, 404].includes(error.status);
      if (!refused) throw new ConnectError("api", error);
      if (error.status === 401) this.#signIn.forget();
      return null;
    }
  }

  async #openToken(name: string, signal: AbortSignal): Promise<string> {
    try {
      return (await this.#api.issueOpenToken(this.#meeting, name, signal)).token;
    } catch (error) {
      const closed = error instanceof ApiError && error.status === 404;
      if (!closed) throw new ConnectError("api", error);
      // Whoever had a link needs to know what became of it, not that one is needed.
      throw this.#refusal?.error ?? new GaveUp("needsJoinLink", error, error.code);
    }
  }
}

function isTokenRefusal(error: Error): boolean {
  const cause = error instanceof ConnectError ? error.cause : error;
  return cause instanceof ApiError && cause.status === 401;
}
