import { beforeEach, describe, expect, it, vi } from "vitest";
import { Capture, type CaptureKind, type Fallback } from "../src/core/capture";
import { FakeTrack } from "./fakes/media";

const DEFAULT = { deviceId: "default", groupId: "laptop", label: "Built-in" };
const HEADSET = { deviceId: "headset", groupId: "bluetooth", label: "Headset" };

const microphoneKind: CaptureKind = {
  name: "microphone",
  releasesWhenOff: false,
  constraints: (deviceId) => ({ audio: deviceId === "" ? {} : { deviceId: { exact: deviceId } } }),
};
const cameraKind: CaptureKind = { ...microphoneKind, name: "camera", releasesWhenOff: true };

let plugged: (typeof DEFAULT)[];
let opened: FakeTrack[];
let failure: DOMException | null;

function latest(): FakeTrack {
  const track = opened.at(-1);
  if (track === undefined) throw new Error("nothing was opened");
  return track;
}

beforeEach(() => {
  plugged = [DEFAULT, HEADSET];
  opened = [];
  failure = null;
  const getUserMedia = async ({ audio }: MediaStreamConstraints) => {
    await Promise.resolve();
    if (failure !== null) throw failure;
    const exact = ((audio as MediaTrackConstraints).deviceId as ConstrainDOMStringParameters | undefined)?.exact;
    const device = plugged.find((each) => each.deviceId === (exact ?? plugged[0]?.deviceId));
    if (device === undefined) throw new DOMException("", "OverconstrainedError");
    opened.push(new FakeTrack("audio", device));
    return { getTracks: () => [latest()] };
  };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
});

function capture(kind: CaptureKind, deviceId = "") {
  const fallbacks: Fallback[] = [];
  return { capture: new Capture(kind, deviceId, (fallback) => fallbacks.push(fallback)), fallbacks };
}

describe("a microphone", () => {
  it("keeps its track and only silences it when it is off", async () => {
    const { capture: microphone } = capture(microphoneKind);
    await microphone.setOn(true);
    await microphone.setOn(false);
    expect(latest()).toMatchObject({ enabled: false, readyState: "live" });
    await microphone.setOn(true);
    expect(latest().enabled).toBe(true);
    expect(opened).toHaveLength(1);
  });

  it("stays silent when it is exchanged while it is off", async () => {
    const { capture: microphone } = capture(microphoneKind);
    await microphone.setOn(true);
    await microphone.setOn(false);
    await microphone.select("headset");
    await microphone.setOn(true);
    expect(latest()).toMatchObject({ deviceId: "headset", enabled: true });
    expect(opened[0]?.readyState).toBe("ended");
  });

  it("falls back to the default when the one in use is pulled out, and says so", async () => {
    const { capture: microphone, fallbacks } = capture(microphoneKind, "headset");
    await microphone.setOn(true);
    plugged = [DEFAULT];
    latest().vanish();
    await vi.waitFor(() => {
      expect(fallbacks).toEqual([{ to: "Built-in" }]);
    });
    expect(microphone.state.value).toMatchObject({ on: true, problem: null });
    expect(microphone.deviceId).toBe("default");
  });

  it("is off with a reason when no other is left", async () => {
    const { capture: microphone, fallbacks } = capture(microphoneKind);
    await microphone.setOn(true);
    plugged = [];
    latest().vanish();
    await vi.waitFor(() => {
      expect(fallbacks).toEqual([{ to: null, problem: "missing" }]);
    });
    expect(microphone.state.value).toMatchObject({ on: false, track: null, problem: "missing" });
  });

  it("is opened anew when the system's default becomes another device", async () => {
    const { capture: microphone } = capture(microphoneKind);
    await microphone.setOn(true);
    await microphone.check([{ id: "default", label: "", group: "laptop" }]);
    expect(opened).toHaveLength(1);
    await microphone.check([{ id: "default", label: "", group: "bluetooth" }]);
    expect(opened).toHaveLength(2);
  });

  it("uses another one when the remembered one is not there today", async () => {
    const { capture: microphone } = capture(microphoneKind, "unplugged");
    await microphone.setOn(true);
    expect(microphone.state.value.on).toBe(true);
    expect(microphone.deviceId).toBe("default");
  });
});

describe("a camera", () => {
  it("gives the device back when it is off", async () => {
    const { capture: camera } = capture(cameraKind);
    await camera.setOn(true);
    await camera.setOn(false);
    expect(latest().readyState).toBe("ended");
    expect(camera.state.value.track).toBeNull();
  });

  it("ends where the last of many quick clicks wanted it", async () => {
    const { capture: camera } = capture(cameraKind);
    await Promise.all([camera.setOn(true), camera.setOn(false), camera.setOn(true), camera.setOn(false)]);
    expect(camera.state.value).toMatchObject({ on: false, track: null });
    expect(opened.every((track) => track.readyState === "ended")).toBe(true);
  });

  it.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "inUse"],
    ["SomethingNew", "unknown"],
  ])("is off after %s, for the reason %s", async (name, problem) => {
    failure = new DOMException("", name);
    const { capture: camera } = capture(cameraKind);
    await camera.setOn(true);
    expect(camera.state.value).toMatchObject({ on: false, opening: false, problem });
  });

  it("comes on once the person has mended what kept it", async () => {
    failure = new DOMException("", "NotAllowedError");
    const { capture: camera } = capture(cameraKind);
    await camera.setOn(true);
    failure = null;
    await camera.setOn(true);
    expect(camera.state.value).toMatchObject({ on: true, problem: null });
  });

  it("takes a track that was opened together with the microphone, unless it was turned off meanwhile", async () => {
    const { capture: camera } = capture(cameraKind);
    camera.expect();
    expect(camera.state.value.opening).toBe(true);
    const track = new FakeTrack("video");
    await camera.adopt(track.asTrack());
    expect(camera.state.value).toMatchObject({ on: true, opening: false });
    await camera.setOn(false);
    const late = new FakeTrack("video");
    await camera.adopt(late.asTrack());
    expect(late.readyState).toBe("ended");
  });
});
