import type { Api, JoinAnswer, LobbyAnswer } from "./api";
import { judge } from "./recovery";
import type { OpenSocket } from "./signalling";
import { delay } from "./time";

const DEADLINE_MS = 15_000;

/** What somebody who is not let in yet is told. */
export interface Waiting {
  title: string;
  /** Whether somebody is there who can let people in. */
  hasHost: boolean;
}

interface LobbyParts {
  api: Api;
  openSocket: OpenSocket;
}

/**
 * Asks to come in until it may. A decision is heard at once; without one it asks again when the last answer said.
 *
 * Whoever gives up, by the signal, says so at once: no host should let in somebody who has gone.
 */
export async function askToEnter(
  { api, openSocket }: LobbyParts,
  token: string,
  onWaiting: (waiting: Waiting) => void,
  signal: AbortSignal,
): Promise<JoinAnswer> {
  let last: LobbyAnswer | null = null;
  const stopWaiting = () => {
    if (last !== null) api.stopWaiting(last.token).catch(() => undefined);
  };
  signal.addEventListener("abort", stopWaiting);
  try {
    for (;;) {
      try {
        const answer = await api.join(last?.token ?? token, AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]));
        if (!("status" in answer)) return answer;
        last = answer;
      } catch (error) {
        // Whoever waits does not lose the place by an answer that got lost.
        if (last === null || signal.aborted || !judge(error).retry) throw error;
      }
      onWaiting({ title: last.title, hasHost: last.signalling !== undefined });
      await decision(openSocket, last, signal);
    }
  } finally {
    signal.removeEventListener("abort", stopWaiting);
  }
}

/** Resolves with a decision, or when it is time to ask again; rejects when the signal aborts. */
async function decision(openSocket: OpenSocket, waiting: LobbyAnswer, signal: AbortSignal): Promise<void> {
  const decided = new AbortController();
  const decide = () => {
    decided.abort();
  };
  const socket = waiting.signalling && openSocket(waiting.signalling.url, { onMessage: decide, onStopped: () => undefined });
  socket?.start().catch(() => undefined);
  try {
    await delay(waiting.retryAfterSeconds * 1000, AbortSignal.any([decided.signal, signal]));
  } catch (error) {
    if (signal.aborted) throw error;
  } finally {
    socket?.stop();
  }
}
