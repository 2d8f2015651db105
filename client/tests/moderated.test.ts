import { beforeEach, expect, it, vi } from "vitest";
import type { JoinAnswer } from "../src/core/api";
import type { Self } from "../src/core/content";
import { muteOnEntry } from "../src/core/entry";
import type { LocalMedia } from "../src/core/localMedia";
import { obey } from "../src/core/moderated";
import { Store } from "../src/core/store";

const GRANTS: Self["grants"] = { publish: ["camera", "microphone"], subscribe: true, chat: true, moderate: false };

function devices() {
  return {
    microphone: { setOn: vi.fn(() => Promise.resolve()) },
    camera: { setOn: vi.fn(() => Promise.resolve()) },
    screen: { stop: vi.fn() },
  };
}

let fakes: ReturnType<typeof devices>;
let media: LocalMedia;
let self: Store<Self | null>;

beforeEach(() => {
  fakes = devices();
  media = fakes as unknown as LocalMedia;
  self = new Store<Self | null>({ id: "par_1", name: "Ann", role: "attendee", grants: GRANTS });
});

it("turns off what a moderator has muted", () => {
  obey({ type: "sourcesMuted", sources: ["microphone"], everyone: false }, self, media);
  expect(fakes.microphone.setOn).toHaveBeenCalledWith(false);
  expect(fakes.camera.setOn).not.toHaveBeenCalled();
});

it("stays as it is when all are muted by one of those who moderate", () => {
  self.set({ id: "par_1", name: "Ann", role: "host", grants: { ...GRANTS, moderate: true } });
  obey({ type: "sourcesMuted", sources: ["microphone"], everyone: true }, self, media);
  expect(fakes.microphone.setOn).not.toHaveBeenCalled();
});

it("turns off what may no longer be sent, and asks for a new Peer when more may be", () => {
  const change = (publish: Self["grants"]["publish"]) =>
    obey({ type: "grantsChanged", participant: "par_1", role: "viewer", grants: { ...GRANTS, publish } }, self, media);
  expect(change(["microphone"])).toBe(false);
  expect(fakes.camera.setOn).toHaveBeenCalledWith(false);
  expect(self.value?.role).toBe("viewer");
  expect(change(["microphone", "screen"])).toBe(true);
});

it("comes in muted where the meeting asks for it, but not after a reconnection", () => {
  const answer = { session: { muteOnEntry: true } } as JoinAnswer;
  muteOnEntry(answer, { name: "reconnecting", cause: "network" }, media);
  expect(fakes.microphone.setOn).not.toHaveBeenCalled();
  muteOnEntry(answer, { name: "connecting", step: "api", failedAttempts: 0 }, media);
  expect(fakes.microphone.setOn).toHaveBeenCalledWith(false);
});
