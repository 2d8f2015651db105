/**
 * Where one is in a meeting, as a table: what a row does not name cannot happen there, and is ignored. So a late
 * `restored` of a connection that has been given up, or a second `leave`, changes nothing.
 *
 *   idle → connecting ⇄ waiting, connecting → connected ⇄ reconnecting → ended, and from ended back to connecting.
 */
import type { LeaveReason, Moved } from "../generated/protocol";
import type { Waiting } from "./lobby";
import type { JoinStep, Opening } from "./errors";

/** Why one is no longer in the meeting: what the node says, or what the client found. */
export type EndReason =
  | LeaveReason
  | "tokenExpired"
  | "tokenInvalid"
  | "needsJoinLink"
  | "meetingNotFound"
  | "locked"
  | "full"
  | "denied"
  | "notOpen"
  | "over"
  | "refused"
  | "notPlayable"
  | "failed"
  | "connectionLost";

/** Why a connection that stood has to be mended. */
export type LossCause = "network" | "signalling" | "node" | "move" | "role";

/** How the meeting ended for oneself, with what is known of it. */
interface End {
  reason: EndReason;
  step?: JoinStep;
  code?: string;
  opening?: Opening;
  /** Where one goes on. */
  moved?: Moved;
}

export type Phase =
  | { name: "idle" }
  | { name: "connecting"; step: JoinStep; failedAttempts: number }
  | ({ name: "waiting" } & Waiting)
  | { name: "connected" }
  | { name: "reconnecting"; cause: LossCause }
  | ({ name: "ended" } & End);

export type PhaseEvent =
  | { type: "join" }
  | { type: "step"; step: JoinStep }
  | { type: "attemptFailed" }
  | ({ type: "wait" } & Waiting)
  | { type: "opened" }
  | { type: "lost"; cause: LossCause }
  | { type: "restored" }
  | ({ type: "end" } & End);

type PhaseName = Phase["name"];
type Row<Name extends PhaseName> = {
  [Type in PhaseEvent["type"]]?: (
    event: Extract<PhaseEvent, { type: Type }>,
    phase: Extract<Phase, { name: Name }>,
  ) => Phase;
};

const begin = (): Phase => ({ name: "connecting", step: "api", failedAttempts: 0 });
const wait = ({ title, hasHost }: Extract<PhaseEvent, { type: "wait" }>): Phase => ({ name: "waiting", title, hasHost });
const connected = (): Phase => ({ name: "connected" });
const end = ({ reason, step, code, opening, moved }: Extract<PhaseEvent, { type: "end" }>): Phase => ({
  name: "ended",
  reason,
  ...(step !== undefined && { step }),
  ...(code !== undefined && { code }),
  ...(opening !== undefined && { opening }),
  ...(moved !== undefined && { moved }),
});

const TABLE: { [Name in PhaseName]: Row<Name> } = {
  idle: { join: begin, end },
  connecting: {
    step: ({ step }, phase) => (step === phase.step ? phase : { ...phase, step }),
    attemptFailed: (_, phase) => ({ ...phase, failedAttempts: phase.failedAttempts + 1 }),
    wait,
    opened: connected,
    end,
  },
  waiting: { wait, step: ({ step }) => ({ ...begin(), step }), end },
  connected: { lost: ({ cause }) => ({ name: "reconnecting", cause }), end },
  reconnecting: { opened: connected, restored: connected, end },
  ended: { join: begin },
};

export function advance(phase: Phase, event: PhaseEvent): Phase {
  const transition = TABLE[phase.name][event.type] as ((event: PhaseEvent, phase: Phase) => Phase) | undefined;
  return transition === undefined ? phase : transition(event, phase);
}
