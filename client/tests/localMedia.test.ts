import { beforeEach, describe, expect, it, vi } from "vitest";
import { LocalMedia } from "../src/core/localMedia";
import { SettingsStore } from "../src/core/settings";
import { FakeTrack, MemoryStorage } from "./fakes/media";

let requests: MediaStreamConstraints[];
let missing: Set<"audio" | "video">;

function stream(constraints: MediaStreamConstraints) {
  const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind] !== undefined);
  if (kinds.some((kind) => missing.has(kind))) throw new DOMException("", "NotFoundError");
  const tracks = kinds.map((kind) => new FakeTrack(kind));
  const of = (kind: string) => tracks.filter((track) => track.kind === kind);
  return { getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") };
}

function sharedScreen() {
  const video = new FakeTrack("video");
  return { video, stream: { getVideoTracks: () => [video], getAudioTracks: () => [] } };
}

beforeEach(() => {
  requests = [];
  missing = new Set();
  const getUserMedia = async (constraints: MediaStreamConstraints) => {
    requests.push(constraints);
    await Promise.resolve();
    return stream(constraints);
  };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia, enumerateDevices: () => Promise.resolve([]) } });
});

function newMedia(storage = new MemoryStorage()) {
  return new LocalMedia(new SettingsStore(storage), () => undefined);
}

describe("starting microphone and camera", () => {
  it("asks the person once for both", async () => {
    const media = newMedia();
    await media.startBoth();
    expect(requests).toHaveLength(1);
    expect(media.tracks()).toMatchObject({ microphone: { muted: false }, camera: { muted: false } });
  });

  it("has the microphone although there is no camera", async () => {
    missing.add("video");
    const media = newMedia();
    await media.startBoth();
    expect(media.tracks().microphone.muted).toBe(false);
    expect(media.camera.state.value).toMatchObject({ on: false, problem: "missing" });
  });

  it("captures 720 lines, or 360 where one sends no more", async () => {
    const media = newMedia();
    await media.startBoth();
    await media.setSendHeight(360);
    const heights = requests.map(({ video }) => (video as MediaTrackConstraints).height);
    expect(heights).toEqual([{ ideal: 720 }, { ideal: 360 }]);
  });

  it("asks for the devices that were chosen last time", async () => {
    const storage = new MemoryStorage();
    await newMedia(storage).selectCamera("camera-2");
    await newMedia(storage).startBoth();
    expect(requests.at(-1)?.video).toMatchObject({ deviceId: { exact: "camera-2" } });
  });
});

describe("sharing a screen", () => {
  it("begins with what the person chose, and ends by the browser's own bar", async () => {
    const { video, stream: screenStream } = sharedScreen();
    vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia: () => Promise.resolve(screenStream) } });
    const media = newMedia();
    await media.screen.start();
    expect(media.tracks().screen.track).toBe(video);
    video.vanish();
    expect(media.tracks().screen.track).toBeNull();
  });

  it("is no problem when the person closes the chooser", async () => {
    const getDisplayMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
    vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia } });
    const media = newMedia();
    await media.screen.start();
    expect(media.screen.state.value).toMatchObject({ video: null, choosing: false, problem: null });
  });
});
