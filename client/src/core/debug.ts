import type { MeetingSession } from "./session";

/** What a test or a person with the browser's console can look at; see client/README.md. */
export interface DebugHandle {
  readonly session: MeetingSession;
  /** The name of the phase: idle, connecting, connected, reconnecting or ended. */
  readonly phase: string;
  /** The connection of the present Peer, for getStats; null without one. */
  readonly pc: RTCPeerConnection | null;
  /** The id of one's own participant; null before joining. */
  readonly participant: string | null;
}

declare global {
  interface Window {
    __parley?: DebugHandle;
  }
}

export function exposeForTests(window: Window, session: MeetingSession): void {
  const { meeting } = session;
  window.__parley = {
    session,
    get phase() {
      return meeting.phase.value.name;
    },
    get pc() {
      return meeting.connection.value?.peer.pc ?? null;
    },
    get participant() {
      return meeting.self.value?.id ?? null;
    },
  };
}
