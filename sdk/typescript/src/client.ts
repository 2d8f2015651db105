import { Conversation, type Credential } from "./conversation.js";
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
 * function that gives the access token of the moment.
 */
export class ParleyClient extends Groups {
  constructor(endpoint: string, credential: Credential, options: ClientOptions = {}) {
    const retries = { ...defaultRetries, ...options.retries };
    const fetch: typeof globalThis.fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
    super(new Conversation(endpoint.replace(/\/+$/, ""), credential, retries, options.timeout ?? defaultTimeout, fetch));
  }
}
