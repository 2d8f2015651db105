import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Join } from "../src/generated/protocol";
import { FakeTrack } from "./fakes/media";
import { FakePlatform, person } from "./fakes/platform";
import { FakePeerConnection } from "./fakes/rtc";

let platform: FakePlatform;

beforeEach(() => {
  platform = new FakePlatform();
});
afterEach(() => {
  vi.useRealTimers();
  platform.meeting.leave();
});

function phase(): string {
  return platform.meeting.phase.value.name;
}

function awaitPhase(expected: string) {
  return vi.waitFor(() => {
    expect(phase()).toBe(expected);
  });
}

describe("reconnecting", () => {
  it("mends a broken path by an ICE restart, with the same Peer", async () => {
    await platform.join();
    const pc = FakePeerConnection.latest();
    pc.move("failed", "failed");
    await awaitPhase("reconnecting");
    const offer = await platform.answerOffer();
    pc.move("connected", "connected");
    await awaitPhase("connected");
    expect(offer).toMatchObject({ peer: "peer_1", offer: "offer with credentials 1" });
    expect(platform.count("/sessions:join")).toBe(1);
  });

  it("looks for a new path as soon as the browser has a network again", async () => {
    await platform.join();
    platform.meeting.networkReturned();
    expect(phase()).toBe("reconnecting");
    await platform.answerOffer();
    await awaitPhase("connected");
  });

  it("waits a moment before it takes lost checks for a broken path", async () => {
    await platform.join();
    vi.useFakeTimers();
    const pc = FakePeerConnection.latest();
    pc.move("disconnected", "disconnected");
    vi.advanceTimersByTime(500);
    pc.move("connected", "connected");
    vi.advanceTimersByTime(5000);
    expect(phase()).toBe("connected");
    pc.move("disconnected", "disconnected");
    vi.advanceTimersByTime(1500);
    expect(phase()).toBe("reconnecting");
  });

  it("mends a path that has fallen silent, and says so until something comes again", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await platform.join();
    const { traffic } = FakePeerConnection.latest();
    Object.assign(traffic, { bytesReceived: 1_000, requestsSent: 1, responsesReceived: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    traffic.requestsSent = 2;
    await vi.advanceTimersByTimeAsync(4_000);
    expect(phase()).toBe("reconnecting");
    await platform.answerOffer();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(phase()).toBe("reconnecting");
    traffic.responsesReceived = 2;
    await awaitPhase("connected");
    expect(platform.count("/sessions:join")).toBe(1);
  });

  it("joins again when the node has forgotten the Peer, and ends the old connection after that", async () => {
    await platform.join();
    const old = FakePeerConnection.latest();
    const oldSocket = platform.socket;
    old.move("failed", "failed");
    const { requestId } = await oldSocket.sentMessage<Join>("offer");
    oldSocket.receive({ type: "error", requestId, code: "PeerNotFound", message: "" });
    const join = await platform.nextJoin();
    expect(old.closed).toBe(false);
    await platform.acceptJoin(join);
    await awaitPhase("connected");
    expect(old.closed).toBe(true);
    expect(oldSocket.stopped).toBe(true);
  });

  it("does not wait for the restart's answer when it is moved meanwhile", async () => {
    await platform.join();
    FakePeerConnection.latest().move("failed", "failed");
    await platform.socket.sentMessage("offer");
    platform.socket.receive({ type: "move", session: "ses_1", reason: "nodeLost" });
    await platform.acceptJoin();
    await awaitPhase("connected");
  });

  it("joins again when the node does not answer the restart", async () => {
    await platform.join();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    FakePeerConnection.latest().move("failed", "failed");
    await platform.socket.sentMessage("offer");
    await vi.advanceTimersByTimeAsync(5000);
    await platform.acceptJoin();
    await awaitPhase("connected");
  });

  it.each([
    ["the socket and the path are gone", () => { FakePeerConnection.latest().breakPath(); platform.socket.fail(); }],
    ["it is moved", () => { platform.socket.receive({ type: "move", session: "ses_1", reason: "nodeLost" }); }],
    ["the node closed the control channel", () => { FakePeerConnection.latest().channel.close(); }],
    ["the node lost it", () => { platform.socket.receive({ type: "left", peer: "peer_1", reason: "timedOut" }); }],
  ])("joins again when %s", async (_, happen) => {
    await platform.join();
    happen();
    await awaitPhase("reconnecting");
    await platform.acceptJoin();
    await awaitPhase("connected");
  });

  it("takes no notice of its own old Peer's end while it changes over", async () => {
    await platform.join();
    const first = platform.socket;
    first.receive({ type: "move", session: "ses_1", reason: "nodeLost" });
    const join = await platform.nextJoin();
    first.receive({ type: "left", peer: "peer_1", reason: "replaced" });
    expect(phase()).toBe("reconnecting");
    await platform.acceptJoin(join);
    await awaitPhase("connected");
  });

  it("declares the screen and the mute anew on the next connection", async () => {
    const screen = new FakeTrack("video").asTrack();
    const microphone = new FakeTrack("audio").asTrack();
    await platform.join();
    platform.media.change({ screen: { track: screen, muted: false }, microphone: { track: microphone, muted: true } });
    platform.socket.receive({ type: "move", session: "ses_1", reason: "nodeLost" });
    const join = await platform.nextJoin();
    expect(join.publications).toMatchObject([
      { source: "microphone", muted: true },
      { source: "screen", muted: false },
    ]);
    await platform.acceptJoin(join);
    await awaitPhase("connected");
  });

  it("ends as lost when a minute of trying has not helped", async () => {
    await platform.join();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    platform.refuse("/sessions:join", ...Array.from({ length: 50 }, () => ({ status: 503 })));
    FakePeerConnection.latest().channel.close();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "connectionLost" });
  });

  it("ends as expired when the token no longer holds", async () => {
    await platform.join();
    platform.refuse("/sessions:join", { status: 401, body: { error: { code: "TokenExpired" } } });
    FakePeerConnection.latest().channel.close();
    await awaitPhase("ended");
    expect(platform.meeting.phase.value).toMatchObject({ reason: "tokenExpired" });
  });

  it("loads the messages that were sent while it was away", async () => {
    await platform.join();
    const message = { id: "m1", clientId: "c1", participant: "par_2", name: "Bo", text: "hi", sentOn: "2026-11-23T10:00:00Z" };
    platform.refuse("/meetings/demo/messages", { status: 200, body: { value: [message] } });
    platform.socket.fail();
    await platform.acceptJoin();
    await vi.waitFor(() => {
      expect(platform.meeting.chat.state.value.lines).toMatchObject([{ text: "hi" }]);
    });
  });
});

describe("a signalling socket that is gone for good while the path holds", () => {
  const refusals = Array.from({ length: 200 }, () => ({ status: 503 }));

  function phasesFrom(): string[] {
    const names: string[] = [];
    platform.meeting.phase.subscribe(() => names.push(phase()));
    return names;
  }

  it("is replaced behind the scenes: only the chat says that it is away", async () => {
    await platform.join();
    const phases = phasesFrom();
    const old = FakePeerConnection.latest();
    platform.socket.fail();
    expect(platform.meeting.chat.state.value.connected).toBe(false);
    await platform.acceptJoin();
    await vi.waitFor(() => {
      expect(platform.meeting.chat.state.value.connected).toBe(true);
    });
    expect(phases).toEqual([]);
    expect(old.closed).toBe(true);
    expect(platform.count("/sessions:join")).toBe(2);
  });

  it("ends no call, however long that takes, and the roster goes on meanwhile", async () => {
    await platform.join();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    platform.refuse("/sessions:join", ...refusals);
    const pc = FakePeerConnection.latest();
    platform.socket.fail();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(phase()).toBe("connected");
    expect(pc.closed).toBe(false);
    pc.channel.receive({ type: "participant", participant: person("par_2") });
    expect(platform.meeting.roster.value.participants.has("par_2")).toBe(true);
  });

  it("ends no call when the API refuses to give another", async () => {
    await platform.join();
    platform.refuse("/sessions:join", { status: 401, body: { error: { code: "TokenExpired" } } });
    platform.socket.fail();
    await vi.waitFor(() => {
      expect(platform.count("/sessions:join")).toBe(2);
    });
    expect(phase()).toBe("connected");
  });

  it("is a broken call as soon as the path breaks too", async () => {
    await platform.join();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    platform.refuse("/sessions:join", ...refusals);
    platform.socket.fail();
    await vi.advanceTimersByTimeAsync(90_000);
    FakePeerConnection.latest().breakPath();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(phase()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(61_000);
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "connectionLost" });
  });

  it("is no broken call when the node ends the old Peer for the new one", async () => {
    await platform.join();
    const phases = phasesFrom();
    const old = FakePeerConnection.latest();
    platform.socket.fail();
    const join = await platform.nextJoin();
    old.channel.close();
    await platform.acceptJoin(join);
    await vi.waitFor(() => {
      expect(platform.meeting.chat.state.value.connected).toBe(true);
    });
    expect(phases).toEqual([]);
  });

  it("is a broken call when the new Peer has cost the old one and came to nothing", async () => {
    await platform.join();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    platform.socket.fail();
    const join = await platform.nextJoin();
    platform.socket.receive(platform.joined(join));
    await vi.advanceTimersByTimeAsync(11_000);
    expect(phase()).toBe("reconnecting");
    await platform.acceptJoin();
    await awaitPhase("connected");
  });
});
