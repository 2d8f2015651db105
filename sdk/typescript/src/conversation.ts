import type { Call, CallOptions } from "./call.js";
import { ApiError, NoAnswerError } from "./errors.js";
import { API_VERSION } from "./generated/models.js";
import { delay, sleep, type Retries } from "./retries.js";

/** An API key, an access token or a join token; or what gives the one of the moment. */
export type Credential = string | (() => string | Promise<string>);

/** Whom the client talks to, as whom, and how patiently. */
export class Conversation {
  constructor(
    private readonly endpoint: string,
    private readonly credential: Credential,
    private readonly retries: Retries,
    /** For one attempt, in seconds. */
    private readonly timeout: number,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** The answer to the call. Throws ApiError and NoAnswerError. */
  async answer(call: Call, { signal }: CallOptions): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.attempt(call, signal);
      const seconds = delay(this.retries, outcome, attempt, call.repeatable ?? true);
      if (seconds !== undefined) await sleep(seconds, signal);
      else if (!(outcome instanceof Response)) throw outcome;
      else if (!outcome.ok) throw await ApiError.of(outcome);
      else return outcome;
    }
  }

  private async attempt(call: Call, signal: AbortSignal | undefined): Promise<Response | NoAnswerError> {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(this.timeout * 1000);
    try {
      return await this.fetch(this.address(call), {
        method: call.method,
        headers: await this.headers(call),
        body: call.content === undefined ? null : JSON.stringify(call.content),
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
    } catch (error) {
      signal?.throwIfAborted();
      return new NoAnswerError(`${call.method} ${call.path} was not answered`, { cause: error });
    }
  }

  private address(call: Call): URL {
    const address = new URL(this.endpoint + call.path);
    address.searchParams.set("api-version", API_VERSION);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    return address;
  }

  private async headers(call: Call): Promise<Headers> {
    const credential = typeof this.credential === "string" ? this.credential : await this.credential();
    const headers = new Headers({ authorization: `Bearer ${credential}`, accept: "application/json, text/*;q=0.5" });
    if (call.content !== undefined) headers.set("content-type", "application/json");
    for (const [name, value] of Object.entries(call.headers ?? {})) {
      if (value !== undefined) headers.set(name, value);
    }
    return headers;
  }
}

/** The path and query of a link that the API gave: the credential goes nowhere but to the endpoint. */
export function atEndpoint(link: string): string {
  const { pathname, search } = new URL(link, "http://endpoint");
  return pathname + search;
}
