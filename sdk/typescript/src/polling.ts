import type { CallOptions } from "./call.js";
import { atEndpoint, type Conversation } from "./conversation.js";
import { OperationFailedError, retryAfter } from "./errors.js";
import { sleep } from "./retries.js";

const running = new Set<unknown>(["notStarted", "running"]);
const pauseSeconds = 2;

/** Long work: something that the API goes on doing after it has answered. */
export class Poller<T extends object> {
  private constructor(
    private readonly conversation: Conversation,
    private readonly address: string,
    private last: { state: T; pause: number },
  ) {}

  static async begun<T extends object>(conversation: Conversation, response: Response): Promise<Poller<T>> {
    const address = atEndpoint(response.headers.get("operation-location") ?? response.url);
    return new Poller(conversation, address, await seen<T>(response));
  }

  /** The work's resource as it was last seen. */
  get state(): T {
    return this.last.state;
  }

  /** Whether it has ended; asks the API. */
  async done(options: CallOptions = {}): Promise<boolean> {
    if (this.isRunning) {
      this.last = await seen(await this.conversation.answer({ method: "GET", path: this.address }, options));
    }
    return !this.isRunning;
  }

  /** The work's resource at the end; waits for it, as often as the API asks. Throws OperationFailedError. */
  async result(options: CallOptions = {}): Promise<T> {
    while (this.isRunning) {
      await sleep(this.last.pause, options.signal);
      await this.done(options);
    }
    if (this.status !== "succeeded") throw new OperationFailedError(`${this.address} is ${String(this.status)}`);
    return this.state;
  }

  private get status(): unknown {
    return "status" in this.state ? this.state.status : undefined;
  }

  private get isRunning(): boolean {
    return running.has(this.status);
  }
}

async function seen<T>(response: Response): Promise<{ state: T; pause: number }> {
  return { state: (await response.json()) as T, pause: retryAfter(response) ?? pauseSeconds };
}
