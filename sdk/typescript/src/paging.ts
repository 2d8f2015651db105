import type { Call, CallOptions } from "./call.js";
import type { Conversation } from "./conversation.js";

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

  /**
   * The pages: from the first one, or after the one that has this token. That is another query of the same list, so
   * wherever a token has been meanwhile, it leads the credential nowhere else.
   */
  async *byPage(continuationToken?: string): AsyncGenerator<Page<T>, void, undefined> {
    do {
      const query = continuationToken && Object.fromEntries(new URLSearchParams(continuationToken));
      const response = await this.conversation.answer(query ? { ...this.call, query } : this.call, this.options);
      const { value, nextLink } = (await response.json()) as { value: T[]; nextLink?: string };
      continuationToken = nextLink === undefined ? undefined : new URL(nextLink, "http://endpoint").search.slice(1);
      yield { items: value, continuationToken };
    } while (continuationToken !== undefined);
  }
}
