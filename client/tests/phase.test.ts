import { describe, expect, it } from "vitest";
import { advance, type Phase, type PhaseEvent } from "../src/core/phase";

function after(...events: PhaseEvent[]): Phase {
  return events.reduce(advance, { name: "idle" });
}

const JOINED: PhaseEvent[] = [{ type: "join" }, { type: "step", step: "media" }, { type: "opened" }];

describe("the phases of a meeting", () => {
  it("names the step that joining has reached", () => {
    expect(after({ type: "join" }, { type: "step", step: "ice" })).toMatchObject({ name: "connecting", step: "ice" });
  });

  it("counts failed attempts while connecting", () => {
    const phase = after({ type: "join" }, { type: "attemptFailed" }, { type: "step", step: "api" }, { type: "attemptFailed" });
    expect(phase).toMatchObject({ failedAttempts: 2 });
  });

  it("goes from connected to reconnecting and back", () => {
    const lost = after(...JOINED, { type: "lost", cause: "network" });
    expect(lost).toEqual({ name: "reconnecting", cause: "network" });
    expect(advance(lost, { type: "restored" })).toEqual({ name: "connected" });
    expect(advance(lost, { type: "opened" })).toEqual({ name: "connected" });
  });

  it("stays ended whatever a late connection says, until the person joins again", () => {
    const ended = after(...JOINED, { type: "end", reason: "left" });
    const late: PhaseEvent[] = [
      { type: "opened" },
      { type: "restored" },
      { type: "lost", cause: "node" },
      { type: "step", step: "ice" },
      { type: "end", reason: "ended" },
    ];
    for (const event of late) expect(advance(ended, event)).toBe(ended);
    expect(advance(ended, { type: "join" })).toMatchObject({ name: "connecting" });
  });

  it("does not fall back to connecting by the steps of a reconnection", () => {
    const reconnecting = after(...JOINED, { type: "lost", cause: "node" });
    expect(advance(reconnecting, { type: "step", step: "api" })).toBe(reconnecting);
  });

  it("keeps the failed step and the code of an end", () => {
    const phase = after({ type: "join" }, { type: "end", reason: "failed", step: "ice", code: "NoAnswer" });
    expect(phase).toEqual({ name: "ended", reason: "failed", step: "ice", code: "NoAnswer" });
  });
});
