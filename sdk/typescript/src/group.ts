import type { Call, CallOptions } from "./call.js";
import type { Conversation } from "./conversation.js";
import { Paged } from "./paging.js";
import { Poller } from "./polling.js";

/** What every group of operations does with its calls. */
export class Group {
  constructor(protected readonly conversation: Conversation) {}

  protected async expectJson<T>(call: Call, options: CallOptions): Promise<T> {
    return (await (await this.conversation.answer(call, options)).json()) as T;
  }

  protected async expectText(call: Call, options: CallOptions): Promise<string> {
    return (await this.conversation.answer(call, options)).text();
  }

  protected async expectNothing(call: Call, options: CallOptions): Promise<void> {
    await this.conversation.answer(call, options);
  }

  protected expectPages<T>(call: Call, options: CallOptions): Paged<T> {
    return new Paged(this.conversation, call, options);
  }

  protected async expectWork<T extends object>(call: Call, options: CallOptions): Promise<Poller<T>> {
    return Poller.begun(this.conversation, await this.conversation.answer(call, options));
  }
}
