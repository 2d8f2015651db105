import { beforeEach, expect, it, vi } from "vitest";
import type { JoinAnswer } from "../src/core/api";
import type { Self } from "../src/core/content";
import { muteOnEntry } from "../src/core/entry";
import type { LocalMedia } from "../src/core/localMedia";
import { obey } from "../src/core/moderated";
import { type Notice, Notices } from "../src/core/notices";
import { Store } from "../src/core/store";

const GRANTS: Self["grants"] = { publish: ["camera", "microphone", "screen"], subscribe: true, chat: true, moderate: false };

function capture() {
  return { state: new Store({ on: true }), setOn: vi.fn(() => Promise.resolve()) };
}

function devices() {
  return {
    microphone: capture(),
    camera: capture(),
    screen: { state: new Store({ video: {} }), stop: vi.fn() },
  };
}

let fakes: ReturnType<typeof devices>;
let media: LocalMedia;
let self: Store<Self | null>;
let notices: Notices;

beforeEach(() => {
  fakes = devices();
  media = fakes as unknown as LocalMedia;
  self = new Store<Self | null>({ id: "par_1", name: "Ann", role: "attendee", grants: GRANTS });
  notices = new Notices();
});

function told(): Notice[] {
  return notices.value.map(({ notice }) => notice);
}

function change(role: Self["role"], publish: Self["grants"]["publish"]): boolean {
  const message = { type: "grantsChanged", participant: "par_1", role, grants: { ...GRANTS, publish } } as const;
  return obey(message, { self, media, notices });
}

it("turns off what a moderator has muted, and says who did", () => {
  obey({ type: "sourcesMuted", sources: ["microphone"], everyone: false }, { self, media, notices });
  expect(fakes.microphone.setOn).toHaveBeenCalledWith(false);
  expect(fakes.camera.setOn).not.toHaveBeenCalled();
  expect(told()).toEqual([{ type: "turnedOff", source: "microphone" }]);
});

it("says nothing when what is muted was off", () => {
  fakes.microphone.state.set({ on: false });
  obey({ type: "sourcesMuted", sources: ["microphone"], everyone: true }, { self, media, notices });
  expect(told()).toEqual([]);
});

it("stays as it is when all are muted by one of those who moderate", () => {
  self.set({ id: "par_1", name: "Ann", role: "host", grants: { ...GRANTS, moderate: true } });
  obey({ type: "sourcesMuted", sources: ["microphone"], everyone: true }, { self, media, notices });
  expect(fakes.microphone.setOn).not.toHaveBeenCalled();
});

it("turns off what may no longer be sent, and asks for a new Peer when more may be", () => {
  expect(change("viewer", ["microphone"])).toBe(false);
  expect(fakes.camera.setOn).toHaveBeenCalledWith(false);
  expect(fakes.screen.stop).toHaveBeenCalledOnce();
  expect(self.value?.role).toBe("viewer");
  expect(told()).toEqual([
    { type: "roleChanged", role: "viewer" },
    { type: "turnedOff", source: "camera" },
    { type: "turnedOff", source: "screen" },
  ]);
  expect(change("viewer", ["microphone", "screen"])).toBe(true);
  expect(told().at(-1)).toEqual({ type: "grantsChanged" });
});

it("comes in muted where the meeting asks for it, but neither after a reconnection nor when moved here in a call", () => {
  const answer = { session: { muteOnEntry: true } } as JoinAnswer;
  const entry = { name: "connecting", step: "api", failedAttempts: 0 } as const;
  muteOnEntry(answer, { name: "reconnecting", cause: "network" }, { media });
  muteOnEntry(answer, entry, { media, isMovedHere: true });
  expect(fakes.microphone.setOn).not.toHaveBeenCalled();
  muteOnEntry(answer, entry, { media });
  expect(fakes.microphone.setOn).toHaveBeenCalledWith(false);
});
