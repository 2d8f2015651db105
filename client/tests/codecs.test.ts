import { expect, it, vi } from "vitest";
import { cameraEncodings } from "../src/core/encodings";
import { encodable, ordered, parseCodec, redundant, type VideoCodec } from "../src/core/codecs";
import { MediaPeer } from "../src/core/peer";
import { SettingsStore } from "../src/core/settings";
import { FakeLocalMedia, MemoryStorage } from "./fakes/media";
import { FakePeerConnection, FakeRtpSender } from "./fakes/rtc";

const capabilities = FakeRtpSender.getCapabilities("video");

it("knows a codec by its name, in whatever case", () => {
  expect(["vp9", "AV1", "h264", "theora", "", null].map(parseCodec)).toEqual(["VP9", "AV1", "H264", null, null, null]);
});

it("falls back to VP8 where the browser cannot encode what was chosen", () => {
  expect(encodable("AV1", capabilities)).toBe("AV1");
  expect(encodable("H264", capabilities)).toBe("VP8");
  expect(encodable("AV1", null)).toBe("VP8");
});

it("offers the chosen codec first and every other after it", () => {
  const names = ordered("AV1", capabilities).map(({ mimeType }) => mimeType);
  expect(names).toEqual(["video/AV1", "video/VP8", "video/rtx", "video/VP9"]);
});

it("sends layers in one stream where the codec has them, else several streams", () => {
  expect(cameraEncodings("VP9", 720)).toMatchObject([{ scalabilityMode: "L3T3_KEY" }]);
  expect(cameraEncodings("H264", 720).map(({ rid }) => rid)).toEqual(["q", "h", "f"]);
});

it.each<[VideoCodec, string, number]>([
  ["VP9", "video/VP9", 1],
  ["VP8", "video/VP8", 3],
  ["H264", "video/VP8", 3],
])("makes the camera's m-line for %s", (codec, first, streams) => {
  vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
  vi.stubGlobal("RTCRtpSender", FakeRtpSender);
  const tracks = new FakeLocalMedia().tracks();
  new MediaPeer({ iceServers: [], sources: ["camera", "screen"], tracks, sendHeight: 720, codec });
  const [camera, screen] = FakePeerConnection.latest().transceivers;
  expect(camera?.codecs[0]).toBe(first);
  expect(camera?.sendEncodings).toHaveLength(streams);
  expect(screen?.codecs).toEqual([]);
});

it("offers speech with copies of earlier packets first, where the browser has it", () => {
  const sound = FakeRtpSender.getCapabilities("audio");
  expect(redundant(sound).map(({ mimeType }) => mimeType)).toEqual(["audio/red", "audio/opus", "audio/PCMU"]);
  const plain = { ...sound, codecs: sound.codecs.filter(({ mimeType }) => mimeType !== "audio/red") };
  expect(redundant(plain)).toEqual(plain.codecs);
});

it("asks for copies for the microphone only", () => {
  vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
  vi.stubGlobal("RTCRtpSender", FakeRtpSender);
  const tracks = new FakeLocalMedia().tracks();
  const sources = ["microphone", "screenAudio"] as const;
  new MediaPeer({ iceServers: [], sources: [...sources], tracks, sendHeight: 720, codec: "VP8" });
  const [microphone, screenAudio] = FakePeerConnection.latest().transceivers;
  expect(microphone?.codecs[0]).toBe("audio/red");
  expect(screenAudio?.codecs).toEqual([]);
});

it("remembers the codec, and takes nothing else for one", () => {
  const storage = new MemoryStorage();
  const settings = new SettingsStore(storage);
  expect(settings.value.codec).toBe("VP8");
  settings.change({ codec: "AV1" });
  expect(new SettingsStore(storage).value.codec).toBe("AV1");
  storage.setItem("parley.codec", "theora");
  expect(new SettingsStore(storage).value.codec).toBe("VP8");
});
