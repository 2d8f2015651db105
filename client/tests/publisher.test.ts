import { describe, expect, it, vi } from "vitest";
import { ControlChannel } from "../src/core/control";
import type { LocalMedia } from "../src/core/localMedia";
import { MediaPeer } from "../src/core/peer";
import { Publisher } from "../src/core/publisher";
import type { ControlToNode, Publish, Source } from "../src/generated/protocol";
import { FakeLocalMedia, FakeTrack } from "./fakes/media";
import { FakePeerConnection, FakeRtpSender } from "./fakes/rtc";

const SOURCES: Source[] = ["microphone", "camera", "screen", "screenAudio"];

async function publishing(media: FakeLocalMedia, sources: Source[] = SOURCES) {
  vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
  vi.stubGlobal("RTCRtpSender", FakeRtpSender);
  const peer = new MediaPeer({ iceServers: [], sources, tracks: media.tracks(), sendHeight: 720, codec: "VP8" });
  await peer.offer();
  const { channel } = FakePeerConnection.latest();
  channel.open();
  const control = new ControlChannel(channel.asChannel(), () => undefined);
  const offered = peer.publications(media.tracks());
  const taken = offered.map(({ mid, source }) => ({ mid, source, publication: `pub_${source}` }));
  const refused: Source[] = [];
  const publisher = new Publisher(media as unknown as LocalMedia, peer, control, { offered, taken }, (source) =>
    refused.push(source),
  );
  publisher.reconcile();
  return { peer, channel, publisher, refused };
}

function track(kind: "audio" | "video"): MediaStreamTrack {
  return new FakeTrack(kind).asTrack();
}

function awaitMessages(sent: readonly ControlToNode[], ...expected: object[]) {
  return vi.waitFor(() => {
    expect(sent).toMatchObject(expected);
  });
}

describe("the publisher", () => {
  it("says nothing about what was offered already", async () => {
    const media = new FakeLocalMedia();
    media.change({ microphone: { track: track("audio"), muted: false } });
    const { channel, publisher } = await publishing(media);
    publisher.reconcile();
    await Promise.resolve();
    expect(channel.sent).toEqual([]);
  });

  it("mutes and unmutes a microphone", async () => {
    const media = new FakeLocalMedia();
    const microphone = track("audio");
    media.change({ microphone: { track: microphone, muted: false } });
    const { channel } = await publishing(media);
    media.change({ microphone: { track: microphone, muted: true } });
    media.change({ microphone: { track: microphone, muted: false } });
    await awaitMessages(
      channel.sent,
      { type: "mute", publication: "pub_microphone", muted: true },
      { type: "mute", publication: "pub_microphone", muted: false },
    );
  });

  it("publishes a camera that comes on later, with its track on the m-line first", async () => {
    const media = new FakeLocalMedia();
    const { channel, peer } = await publishing(media);
    const camera = track("video");
    media.change({ camera: { track: camera, muted: false } });
    await awaitMessages(channel.sent, { type: "publish", source: "camera", muted: false });
    expect(peer.trackOf("camera")).toBe(camera);
  });

  it("mutes a camera that goes off and keeps its Publication", async () => {
    const media = new FakeLocalMedia();
    media.change({ camera: { track: track("video"), muted: false } });
    const { channel, peer } = await publishing(media);
    media.change({ camera: { track: null, muted: true } });
    await awaitMessages(channel.sent, { type: "mute", publication: "pub_camera", muted: true });
    expect(peer.trackOf("camera")).toBeNull();
    media.change({ camera: { track: track("video"), muted: false } });
    await vi.waitFor(() => {
      expect(channel.sent).toHaveLength(2);
    });
    expect(channel.sent[1]).toMatchObject({ type: "mute", publication: "pub_camera", muted: false });
  });

  it("unpublishes a screen with its end, and publishes the next one anew", async () => {
    const media = new FakeLocalMedia();
    const { channel } = await publishing(media);
    media.change({ screen: { track: track("video"), muted: false } });
    await awaitMessages(channel.sent, { type: "publish", source: "screen" });
    const { requestId, mid } = channel.sent[0] as Publish;
    channel.receive({ type: "published", requestId, mid, publication: "pub_s" });
    media.change({ screen: { track: null, muted: false } });
    await vi.waitFor(() => {
      expect(channel.sent[1]).toEqual({ type: "unpublish", publication: "pub_s" });
    });
    media.change({ screen: { track: track("video"), muted: false } });
    await vi.waitFor(() => {
      expect(channel.sent[2]).toMatchObject({ type: "publish", source: "screen" });
    });
  });

  it("ends in the last state asked for when changes overtake the node's answer", async () => {
    const media = new FakeLocalMedia();
    const { channel } = await publishing(media);
    const camera = track("video");
    media.change({ camera: { track: camera, muted: false } });
    await awaitMessages(channel.sent, { type: "publish", source: "camera" });
    media.change({ camera: { track: null, muted: true } });
    const { requestId, mid } = channel.sent[0] as Publish;
    channel.receive({ type: "published", requestId, mid, publication: "pub_c" });
    await vi.waitFor(() => {
      expect(channel.sent[1]).toEqual({ type: "mute", publication: "pub_c", muted: true });
    });
  });

  it("sends of a Publication only what is wanted, and of the next one on that m-line everything", async () => {
    const media = new FakeLocalMedia();
    const { channel, publisher } = await publishing(media);
    media.change({ screen: { track: track("video"), muted: false } });
    await awaitMessages(channel.sent, { type: "publish", source: "screen" });
    const { requestId, mid } = channel.sent[0] as Publish;
    channel.receive({ type: "published", requestId, mid, publication: "pub_s" });
    const isSent = () => {
      const line = FakePeerConnection.latest().transceivers.find((each) => each.mid === mid);
      return line?.sender.getParameters().encodings[0]?.active;
    };
    await vi.waitFor(() => {
      publisher.setWanted({ type: "encodings", publication: "pub_s", encodings: [{ active: false }] });
      expect(isSent()).toBe(false);
    });
    media.change({ screen: { track: null, muted: false } });
    await vi.waitFor(() => {
      expect(channel.sent).toHaveLength(2);
    });
    media.change({ screen: { track: track("video"), muted: false } });
    await vi.waitFor(() => {
      expect(isSent()).toBe(true);
    });
  });

  it("tells of a refusal", async () => {
    const media = new FakeLocalMedia();
    const { channel, refused } = await publishing(media);
    media.change({ screen: { track: track("video"), muted: false } });
    await awaitMessages(channel.sent, { type: "publish", source: "screen" });
    const { requestId } = channel.sent[0] as Publish;
    channel.receive({ type: "error", requestId, code: "NotAllowed", message: "no" });
    await vi.waitFor(() => {
      expect(refused).toEqual(["screen"]);
    });
  });

  it("leaves alone what the participant may not publish", async () => {
    const media = new FakeLocalMedia();
    const { channel } = await publishing(media, []);
    media.change({ camera: { track: track("video"), muted: false } });
    await Promise.resolve();
    expect(channel.sent).toEqual([]);
  });
});

describe("the first offer", () => {
  it("has a send m-line for every source, and the slots", async () => {
    await publishing(new FakeLocalMedia());
    const { transceivers } = FakePeerConnection.latest();
    const kinds = (direction: string) => transceivers.filter((each) => each.direction === direction).map((each) => each.kind);
    expect(kinds("sendonly")).toEqual(["audio", "video", "video", "audio"]);
    expect(kinds("recvonly").filter((kind) => kind === "audio")).toHaveLength(4);
    expect(kinds("recvonly").filter((kind) => kind === "video")).toHaveLength(9);
  });

  it("has three simulcast layers for the camera, lowest first", async () => {
    await publishing(new FakeLocalMedia());
    const camera = FakePeerConnection.latest().transceivers[1];
    expect(camera?.sendEncodings.map((layer) => [layer.rid, layer.scaleResolutionDownBy])).toEqual([
      ["q", 4],
      ["h", 2],
      ["f", 1],
    ]);
  });
});
