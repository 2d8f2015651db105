import type { Role, Source } from "../generated/protocol";
import type { CaptureKind } from "./capture";
import type { DeviceProblem } from "./devices";
import type { HostProblem } from "./hosting";
import { isLive, type Roster, type RosterMessage } from "./roster";
import { Store } from "./store";

/** Something that happened and that the person should hear of; the words are in src/strings. */
export type Notice =
  | { type: "participantJoined" | "participantLeft" | "screenStarted" | "screenStopped"; name: string }
  | { type: "toggled"; source: "microphone" | "camera" | "screen"; on: boolean }
  | { type: "deviceReplaced"; device: CaptureKind["name"]; by: string }
  | { type: "deviceLost"; device: CaptureKind["name"]; problem: DeviceProblem }
  | { type: "screenFailed"; problem: DeviceProblem }
  | { type: "chatReceived"; name: string; text: string }
  | { type: "refused"; source: Source }
  | { type: "titleChanged"; title: string }
  | { type: "lockChanged"; locked: boolean }
  /** A moderator has turned off what one had on. */
  | { type: "turnedOff"; source: "microphone" | "camera" | "screen" }
  | { type: "roleChanged"; role: Role }
  | { type: "grantsChanged" }
  /** A moderator or the tenant has moved one into the meeting of that title. */
  | { type: "moved"; title: string }
  /** To those who moderate: somebody new waits in the lobby, in which so many are now. */
  | { type: "waiting"; name: string; count: number }
  | { type: "mutedAll" }
  | { type: "hostRefused"; problem: HostProblem };

export interface NumberedNotice {
  id: number;
  notice: Notice;
}

const KEPT = 20;

/** The newest notices, oldest first; each is shown and read out once, by its number. */
export class Notices extends Store<readonly NumberedNotice[]> {
  #next = 1;

  constructor() {
    super([]);
  }

  add(notice: Notice): void {
    const numbered = { id: this.#next, notice };
    this.#next += 1;
    this.update((notices) => [...notices, numbered].slice(-KEPT));
  }
}

/** For how long somebody who went is not announced on coming back: mostly it was the connection, theirs or one's own. */
const RETURN_MS = 3 * 60_000;

/** What the others' doings mean to the person; nothing that one does oneself is news. */
export class RosterNews {
  /** Those who were here and are not, with the time of their going. */
  readonly #gone = new Map<string, number>();

  /**
   * Takes note of a roster that took the place of another.
   *
   * @param nowMs of a monotonic clock
   */
  follow(before: Roster, after: Roster, nowMs = performance.now()): void {
    for (const id of before.participants.keys()) if (!after.participants.has(id)) this.#gone.set(id, nowMs);
    for (const [id, since] of this.#gone) if (nowMs - since > RETURN_MS) this.#gone.delete(id);
  }

  /** The notices of one message, before the roster takes it in. */
  noticesOf(before: Roster, news: RosterMessage, self: string | undefined): Notice[] {
    if (news.type === "participantLeft") {
      const name = before.participants.get(news.participant)?.name;
      return name === undefined || news.participant === self ? [] : [{ type: "participantLeft", name }];
    }
    if (news.type !== "participant" || news.participant.participant === self) return [];
    const after = news.participant;
    const known = before.participants.get(after.participant);
    const isNew = known === undefined && !this.#gone.has(after.participant);
    const wasSharing = known !== undefined && isLive(known, "screen");
    const isSharing = isLive(after, "screen");
    const notices: Notice[] = isNew ? [{ type: "participantJoined", name: after.name }] : [];
    if (wasSharing !== isSharing) notices.push({ type: isSharing ? "screenStarted" : "screenStopped", name: after.name });
    return notices;
  }
}
