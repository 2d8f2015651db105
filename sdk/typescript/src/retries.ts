import { retryAfter } from "./errors.js";

/**
 * At most `most` further attempts, after waits that double from `firstDelay`, each shorter by up to a half. Where the
 * API says how long to wait (`Retry-After`), that holds; if that is longer than `longestDelay`, the error is thrown at
 * once. In seconds.
 */
export interface Retries {
  readonly most: number;
  readonly firstDelay: number;
  readonly longestDelay: number;
}

export const defaultRetries: Retries = { most: 3, firstDelay: 0.5, longestDelay: 30 };

const passing = new Set([408, 429, 500, 502, 503, 504]);
const tooManyRequests = 429;

/** How many seconds to wait before trying again after the attempt of this number, from 0; undefined for not at all. */
export function delay(
  retries: Retries,
  outcome: Response | Error,
  attempt: number,
  repeatable: boolean,
): number | undefined {
  if (attempt >= retries.most || !mayPass(outcome, repeatable)) return undefined;
  const asked = outcome instanceof Response ? retryAfter(outcome) : undefined;
  if (asked !== undefined) return asked <= retries.longestDelay ? asked : undefined;
  return Math.min(retries.longestDelay, retries.firstDelay * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** Only with 429 it is certain that nothing was done; fetch does not tell a failure to connect from a lost answer. */
function mayPass(outcome: Response | Error, repeatable: boolean): boolean {
  if (!(outcome instanceof Response)) return repeatable;
  return repeatable ? passing.has(outcome.status) : outcome.status === tooManyRequests;
}

/** Waits; the signal's reason is thrown when it is given up meanwhile. */
export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    }, seconds * 1000);
    if (signal?.aborted) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
  });
}
