import type { Opening } from "./errors";
import { delay } from "./time";

/** Timers hold no more than 24 days. */
const LONGEST_MS = 24 * 3600 * 1000;
/** A clock that is ahead asks too early, and not again at once. */
const SHORTEST_MS = 5_000;
/** Those who wait do not all come in the same instant. */
const SPREAD_MS = 5_000;

/** Resolves a moment after people are let in; rejects when the signal aborts. */
export async function openingPassed(
  { opensOn }: Opening,
  signal: AbortSignal,
  random: () => number = Math.random,
): Promise<void> {
  let remaining = Math.max(opensOn.getTime() - Date.now(), SHORTEST_MS) + random() * SPREAD_MS;
  const end = Date.now() + remaining;
  while (remaining > 0) {
    await delay(Math.min(remaining, LONGEST_MS), signal);
    remaining = end - Date.now();
  }
}
