import { until } from "./time";

/** How often the transport is looked at. */
const LOOK_MS = 500;
/** The node sends something several times a second while there is media, and answers checks in any case. */
const SILENT_MS = 2_000;
/** How long an answer to a check may take. */
const ANSWER_MS = 1_000;

/** What a transport has done so far. */
interface Traffic {
  bytes: number;
  responses: number;
  unanswered: number;
}

/**
 * Notices when nothing has come for a while although the node was asked. ICE itself takes five seconds or more to say
 * so, in which pictures stand still without a word. Where the browser does not tell of its checks it notices nothing.
 */
export class SilenceWatch extends EventTarget {
  readonly #pc: RTCPeerConnection;
  readonly #onSilent: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #last: Traffic | null = null;
  #heardAt = 0;
  #askedAt: number | null = null;
  /** Whether there is a silence that was told. */
  #isSilent = false;

  /** Calls the listener once for each silence. */
  constructor(pc: RTCPeerConnection, onSilent: () => void) {
    super();
    this.#pc = pc;
    this.#onSilent = onSilent;
    this.#timer = setInterval(() => {
      // A connection that has just been closed may have no statistics any more.
      this.#look().catch(() => undefined);
    }, LOOK_MS);
  }

  /** Resolves when something comes again; at once where nothing is missed. */
  over(): Promise<void> {
    return until(this, ["heard"], () => !this.#isSilent);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const traffic = trafficOf(await this.#pc.getStats());
    const now = performance.now();
    if (traffic === null) return;
    if (this.#last === null || hasHeard(this.#last, traffic)) {
      this.#last = traffic;
      this.#heardAt = now;
      this.#askedAt = null;
      this.#isSilent = false;
      this.dispatchEvent(new Event("heard"));
      return;
    }
    if (traffic.unanswered > this.#last.unanswered) this.#askedAt ??= now;
    const isOverdue = this.#askedAt !== null && now - this.#askedAt >= ANSWER_MS;
    if (this.#isSilent || !isOverdue || now - this.#heardAt < SILENT_MS) return;
    this.#isSilent = true;
    this.#onSilent();
  }
}

function hasHeard(before: Traffic, now: Traffic): boolean {
  return now.bytes !== before.bytes || now.responses !== before.responses;
}

function trafficOf(reports: RTCStatsReport): Traffic | null {
  const all = [...(reports as unknown as ReadonlyMap<string, Record<string, unknown>>).values()];
  const transport = all.find(({ type }) => type === "transport");
  const pair = all.find(({ id }) => id !== undefined && id === transport?.selectedCandidatePairId);
  const bytes = transport?.bytesReceived;
  const responses = pair?.responsesReceived;
  if (typeof bytes !== "number" || typeof responses !== "number") return null;
  const requests = count(pair?.requestsSent) + count(pair?.consentRequestsSent);
  return { bytes, responses, unanswered: requests - responses };
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
