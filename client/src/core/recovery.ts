import { ApiError, ConnectError, DeadlineError, type JoinStep, NetworkError, type Opening, ParleyError, ProviderError, SignallingError } from "./errors";
import type { EndReason } from "./phase";
import { backoffMs, delay } from "./time";

/** What to do after a failed attempt to join: try again, or give up for a reason that further attempts cannot change. */
export type Verdict =
  | { retry: true; afterMs?: number }
  | { retry: false; reason: EndReason; code: string; opening?: Opening };

const API_REASONS: Record<string, EndReason> = {
  TokenExpired: "tokenExpired",
  TokenMissing: "tokenInvalid",
  TokenInvalid: "tokenInvalid",
  MeetingNotFound: "meetingNotFound",
  ParticipantRemoved: "removed",
  ParticipantBanned: "banned",
  MeetingLocked: "locked",
  MeetingFull: "full",
  EntryDenied: "denied",
  MeetingNotOpen: "notOpen",
  MeetingOver: "over",
};
/** Answers of a node that another :join, perhaps to another node, may well change. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  "InvalidGrant",
  "GrantExpired",
  "PeerNotFound",
  "NodeFull",
  "NodeDraining",
  "TooManyRequests",
  "Internal",
]);

export function judge(error: unknown): Verdict {
  const cause = error instanceof ConnectError ? error.cause : error;
  if (cause instanceof ApiError) return judgeApi(cause);
  if (cause instanceof ProviderError) return { retry: false, reason: "notPlayable", code: cause.provider };
  if (cause instanceof SignallingError && !PASSING_CODES.has(cause.code)) {
    return { retry: false, reason: "refused", code: cause.code };
  }
  return { retry: true };
}

function judgeApi({ status, code, retryAfterMs, opening }: ApiError): Verdict {
  if (status === 408 || status === 429 || status >= 500) {
    return { retry: true, ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }) };
  }
  const byStatus: EndReason = status === 401 ? "tokenInvalid" : status === 404 ? "meetingNotFound" : "refused";
  return { retry: false, reason: API_REASONS[code] ?? byStatus, code, ...(opening && { opening }) };
}

export interface RetryOptions {
  /** How long to go on trying, in milliseconds. */
  budgetMs: number;
  signal: AbortSignal;
  onFailed(error: unknown): void;
}

/** A wish to be woken early from waiting between attempts, as when the browser is online again. */
export class Wake {
  #controller = new AbortController();

  now(): void {
    this.#controller.abort();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#controller = new AbortController();
    const wake = this.#controller.signal;
    await delay(ms, AbortSignal.any([wake, signal])).catch((error: unknown) => {
      if (signal.aborted) throw error;
    });
  }
}

/** Raised when the attempts came to their end. */
export class GaveUp extends ParleyError {
  override readonly name = "GaveUp";
  readonly reason: EndReason;
  readonly step: JoinStep | undefined;
  readonly code: string | undefined;
  readonly opening: Opening | undefined;

  constructor(reason: EndReason, cause: unknown, code?: string, opening?: Opening) {
    super(`gave up: ${reason}`, { cause });
    this.reason = reason;
    this.step = cause instanceof ConnectError ? cause.step : undefined;
    this.code = code;
    this.opening = opening;
  }

  /** What is known of the failure, without what is not. */
  get details(): { step?: JoinStep; code?: string; opening?: Opening } {
    const { step, code, opening } = this;
    return { ...(step !== undefined && { step }), ...(code !== undefined && { code }), ...(opening && { opening }) };
  }
}

/** Tries until it succeeds, until trying is of no use, or until the budget is spent: then it rejects with GaveUp. */
export async function persist<T>(attempt: () => Promise<T>, wake: Wake, options: RetryOptions): Promise<T> {
  const deadline = performance.now() + options.budgetMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof GaveUp) throw error;
      const verdict = judge(error);
      if (!verdict.retry) throw new GaveUp(verdict.reason, error, verdict.code, verdict.opening);
      options.onFailed(error);
      const wait = Math.max(verdict.afterMs ?? 0, backoffMs(failures));
      if (performance.now() + wait > deadline) throw new GaveUp("failed", error, codeOf(error));
      await wake.sleep(wait, options.signal);
    }
  }
}

/** A short name of the error for people who ask for help. */
export function codeOf(error: unknown): string | undefined {
  const cause = error instanceof ConnectError ? error.cause : error;
  if (cause instanceof ApiError || cause instanceof SignallingError) return cause.code;
  if (cause instanceof NetworkError) return "NetworkUnreachable";
  return cause instanceof DeadlineError ? "NoAnswer" : undefined;
}
