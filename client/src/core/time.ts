import { DeadlineError } from "./errors";

/** Resolves after `ms`, or rejects with the signal's reason as soon as that aborts. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(abortReason(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** The promise's outcome, or a DeadlineError that says what was awaited. */
export function withDeadline<T>(promise: Promise<T>, ms: number, awaited: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DeadlineError(awaited));
    }, ms);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** Rejects when the signal aborts; never resolves. */
export function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => {
      reject(abortReason(signal));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Resolves once `holds`, which is asked now and after each of the target's events. */
export function until(target: EventTarget, events: readonly string[], holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (!holds()) return;
      for (const event of events) target.removeEventListener(event, check);
      resolve();
    };
    for (const event of events) target.addEventListener(event, check);
  });
}

/**
 * How long to wait before a further attempt: doubling from half a second to eight, give or take a quarter,
 * so that the people of a meeting whose node died do not all come back at once.
 *
 * @param attempt 0 for the first wait
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(500 * 2 ** attempt, 8000);
  return base * (0.75 + random() / 2);
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException("aborted", "AbortError");
}
