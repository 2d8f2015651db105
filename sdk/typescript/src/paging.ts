import type { Call, CallOptions } from "./call.js";
import { atEndpoint, type Conversation } from "./conversation.js";

export interface Page<T> {
  readonly items: readonly T[];
  /** For `byPage`, to go on after this page later; undefined on the last one. */
  readonly continuationToken: string | undefined;
}

/** A list: `for await (const item of …)` goes through all pages; each is asked for when it is needed. */
export class Paged<T> implements AsyncIterable<T> {
  constructor(
    private readonly conversation: Conversation,
    private readonly call: Call,
    private readonly options: CallOptions,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.byPage()) yield* page.items;
  }

  /** The pages: from the first one, or after the one that has this token. */
  async *byPage(continuationToken?: string): AsyncGenerator<Page<T>, void, undefined> {
    do {
      const call: Call = continuationToken === undefined ? this.call : { method: "GET", path: continuationToken };
      const response = await this.conversation.answer(call, this.options);
      const { value, nextLink } = (await response.json()) as { value: T[]; nextLink?: string };
      continuationToken = nextLink === undefined ? undefined : atEndpoint(nextLink);
      yield { items: value, continuationToken };
    } while (continuationToken !== undefined);
  }
}
