import { Conversation, type Credential } from "./conversation.js";
import { InvalidEndpointError } from "./errors.js";
import { Groups } from "./generated/operations.js";
import { defaultRetries, type Retries } from "./retries.js";

export interface ClientOptions {
  retries?: Partial<Retries>;
  /** For one attempt, in seconds. */
  timeout?: number;
  /** Instead of the platform's own. */
  fetch?: typeof globalThis.fetch;
}

/** A little more than the API itself takes at most. */
const defaultTimeout = 45;

/**
 * Parley's API, in groups: `client.meetings`, `client.webhooks` and so on. `endpoint` is the platform's origin, such as
 * `https://meet.example.com`; `credential` is an API key, a join token for what the people in a meeting may do, or a
 * function that gives the access token of the moment. Throws InvalidEndpointError.
 */
export class ParleyClient extends Groups {
  constructor(endpoint: string, credential: Credential, options: ClientOptions = {}) {
    const retries = { ...defaultRetries, ...options.retries };
    const fetch: typeof globalThis.fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
    super(new Conversation(originOf(endpoint), credential, retries, options.timeout ?? defaultTimeout, fetch));
  }
}

/** The endpoint without slashes at its end. JavaScript may give anything, above all a setting that is not there. */
function originOf(endpoint: unknown): string {
  if (typeof endpoint === "string" && /^https?:\/\/[^/]/.test(endpoint)) return endpoint.replace(/\/+$/, "");
  const given = typeof endpoint === "string" ? JSON.stringify(endpoint) : typeof endpoint;
  throw new InvalidEndpointError(`endpoint must be the platform's origin, such as https://meet.example.com; it is ${given}`);
}
