import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakePlatform, person, SELF, tokenFor } from "./fakes/platform";
import { FakeTrack } from "./fakes/media";
import { FakePeerConnection } from "./fakes/rtc";
import type { Join } from "../src/generated/protocol";

const EXPIRED = { status: 401, body: { error: { code: "TokenExpired" } } };

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

describe("joining", () => {
  it("goes through its steps to connected", async () => {
    const steps: unknown[] = [];
    platform.meeting.phase.subscribe(() => {
      const now = platform.meeting.phase.value;
      if (now.name === "connecting") steps.push(now.step);
    });
    await platform.join();
    expect(steps).toEqual(["api", "signalling", "ice", "media"]);
    expect(phase()).toBe("connected");
    expect(platform.meeting.title.value).toBe("Demo meeting");
    expect([...platform.meeting.roster.value.participants.keys()]).toEqual([SELF]);
  });

  it("declares the tracks there are, and whether they are muted", async () => {
    const track = new FakeTrack("audio").asTrack();
    platform.media.change({ microphone: { track, muted: true } });
    await platform.join();
    const join = await platform.socket.sentMessage<Join>("join");
    expect(join.publications).toMatchObject([{ source: "microphone", muted: true }]);
  });

  it("keeps the token, so that the next join is the same person", async () => {
    await platform.join("Ann");
    platform.meeting.leave();
    await platform.join("Ann");
    expect(platform.count("/openMeetings/demo:issueToken")).toBe(1);
  });

  it("becomes somebody else under another name", async () => {
    await platform.join("Ann");
    platform.meeting.leave();
    await platform.join("Bo");
    expect(platform.count("/openMeetings/demo:issueToken")).toBe(2);
  });

  it("uses the token of a join link whatever the name", async () => {
    const token = tokenFor("Ann from the link");
    platform.identity.set({ token, fromLink: true });
    await platform.join("somebody");
    expect(platform.requests[0]).toMatchObject({ path: "/sessions:join", token });
  });

  it("says that a closed meeting needs a join link", async () => {
    platform.refuse("/openMeetings/demo:issueToken", { status: 404, body: { error: { code: "MeetingNotFound" } } });
    await platform.meeting.join("Ann");
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "needsJoinLink" });
  });

  it("gets a new token where the meeting is open and the kept one is refused", async () => {
    platform.identity.set({ token: tokenFor("Ann", -60), fromLink: false });
    platform.refuse("/sessions:join", EXPIRED);
    await platform.join("Ann");
    expect(phase()).toBe("connected");
    expect(platform.count("/openMeetings/demo:issueToken")).toBe(1);
  });

  it("says that a link has expired when the API says so, and again when the person insists", async () => {
    platform.identity.set({ token: tokenFor("Ann"), fromLink: true });
    platform.refuse("/sessions:join", EXPIRED);
    platform.refuse("/openMeetings/demo:issueToken", { status: 404, body: { error: { code: "MeetingNotFound" } } });
    for (let time = 0; time < 2; time += 1) {
      await platform.meeting.join("Ann");
      expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "tokenExpired" });
    }
    expect(platform.count("/sessions:join")).toBe(1);
  });

  it("lets the holder of an expired link in as anybody where the meeting is open, once they ask again", async () => {
    platform.identity.set({ token: tokenFor("Ann"), fromLink: true });
    platform.refuse("/sessions:join", EXPIRED);
    await platform.meeting.join("Ann");
    await platform.join("Ann");
    expect(phase()).toBe("connected");
    expect(platform.identity.get()?.fromLink).toBe(false);
  });

  it("tries again while there is no node", async () => {
    platform.refuse("/sessions:join", { status: 503, body: { error: { code: "NoNodeAvailable" } } });
    const joining = platform.meeting.join("Ann");
    await platform.acceptJoin();
    await joining;
    expect(phase()).toBe("connected");
    expect(platform.count("/sessions:join")).toBe(2);
  });

  it("names the step and the code when the node refuses for good", async () => {
    const joining = platform.meeting.join("Ann");
    const { requestId } = await platform.nextJoin();
    platform.socket.receive({ type: "error", requestId, code: "UnsupportedOffer", message: "" });
    await joining;
    expect(platform.meeting.phase.value).toMatchObject({ reason: "refused", step: "signalling", code: "UnsupportedOffer" });
    expect(FakePeerConnection.latest().closed).toBe(true);
  });

  it("leaves nothing behind when the person leaves in the middle", async () => {
    const joining = platform.meeting.join("Ann");
    const join = await platform.nextJoin();
    platform.meeting.leave();
    await platform.acceptJoin(join);
    await joining;
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "left" });
    expect(FakePeerConnection.latest().closed).toBe(true);
    expect(platform.socket.stopped).toBe(true);
  });
});

describe("in the meeting", () => {
  it("follows the roster and tells of newcomers", async () => {
    await platform.join();
    FakePeerConnection.latest().channel.receive({ type: "participant", participant: person("par_2", { name: "Bo" }) });
    expect(platform.meeting.roster.value.participants.size).toBe(2);
    expect(platform.notices.value.at(-1)?.notice).toEqual({ type: "participantJoined", name: "Bo" });
  });

  it("shows a Publication by the track of the slot that carries it", async () => {
    await platform.join();
    const pc = FakePeerConnection.latest();
    const slot = pc.transceivers.find((each) => each.direction === "recvonly" && each.kind === "video");
    const mid = slot?.mid ?? "";
    pc.channel.receive({ type: "slots", slots: [{ mid, publication: "pub_9", participant: "par_2", rid: "h" }] });
    expect(platform.meeting.connection.value?.videos.value.get("pub_9")).toBe(slot?.receiver.track);
    pc.channel.receive({ type: "slots", slots: [{ mid }] });
    expect(platform.meeting.connection.value?.videos.value.size).toBe(0);
  });

  it("asks for statistics only while they are watched", async () => {
    await platform.join();
    const { channel } = FakePeerConnection.latest();
    const connection = platform.meeting.connection.value;
    const asked = () => channel.sent.filter((message) => message.type === "watchStats").map(({ enabled }) => enabled);
    const stop = connection?.watchStats();
    const flow = { bitsPerSecond: 0, lossRatio: 0 };
    channel.receive({ type: "stats", roundTripMs: 20, up: flow, down: flow, publications: [], slots: [] });
    expect(connection?.stats.value?.roundTripMs).toBe(20);
    expect(asked()).toEqual([true]);
    stop?.();
    expect(connection?.stats.value).toBeNull();
    expect(asked()).toEqual([true, false]);
  });

  it("knows which pictures the browser cannot decode", async () => {
    await platform.join();
    const { channel, transceivers } = FakePeerConnection.latest();
    const mid = transceivers.find((each) => each.direction === "recvonly" && each.kind === "video")?.mid ?? "";
    const refusal = { publication: "pub_9", code: "CodecUnsupported", codec: "AV1" } as const;
    channel.receive({ type: "slots", slots: [{ mid, refusal }] });
    expect(platform.meeting.connection.value?.undecodable.value.get("pub_9")).toBe("AV1");
    channel.receive({ type: "slots", slots: [{ mid }] });
    expect(platform.meeting.connection.value?.undecodable.value.size).toBe(0);
  });

  it.each(["replaced", "removed", "banned", "ended"] as const)("ends when the node says %s", async (reason) => {
    await platform.join();
    platform.socket.receive({ type: "left", peer: "peer_1", reason });
    expect(platform.meeting.phase.value).toEqual({ name: "ended", reason });
    expect(FakePeerConnection.latest().closed).toBe(true);
  });

  it("ends with where it goes on when one is moved, and says no goodbye to the API", async () => {
    await platform.join();
    const moved = { type: "moved", meeting: "room-1", title: "Room 1", token: "token" } as const;
    platform.socket.receive(moved);
    platform.socket.receive({ type: "left", peer: "peer_1", reason: "moved" });
    expect(platform.meeting.phase.value).toEqual({ name: "ended", reason: "moved", moved });
    expect(FakePeerConnection.latest().closed).toBe(true);
    expect(platform.count("/sessions/ses_1:leave")).toBe(0);
  });

  it("ignores the end of another Peer of the same participant", async () => {
    await platform.join();
    platform.socket.receive({ type: "left", peer: "peer_of_another_tab", reason: "replaced" });
    expect(phase()).toBe("connected");
  });

  it("tells the node and the API when it leaves", async () => {
    await platform.join();
    platform.meeting.leave();
    expect(platform.requests.at(-1)).toMatchObject({ path: "/sessions/ses_1:leave", body: { peer: "peer_1" } });
    expect(platform.socket.sent.at(-1)?.message).toEqual({ type: "leave", peer: "peer_1" });
    expect(platform.identity.inCall).toBe(false);
  });

  it("is remembered as in the call when the page goes away", async () => {
    await platform.join();
    platform.meeting.abandon();
    expect(platform.requests.at(-1)).toMatchObject({ path: "/sessions/ses_1:leave" });
    expect(platform.identity.inCall).toBe(true);
  });

  it("tells of a chat message while the panel is closed, and of none while it is open", async () => {
    await platform.join();
    const said = { type: "chat", id: "m1", participant: "par_2", name: "Bo", sentOn: "2026-11-23T10:00:00Z" };
    platform.socket.receive({ ...said, clientId: "c1", text: "hello" });
    expect(platform.notices.value.at(-1)?.notice).toEqual({ type: "chatReceived", name: "Bo", text: "hello" });
    const told = platform.notices.value.length;
    platform.meeting.chat.setOpen(true);
    platform.socket.receive({ ...said, clientId: "c2", text: "again" });
    expect(platform.notices.value).toHaveLength(told);
  });

  it("marks the oldest message under way when the refusal names none", async () => {
    await platform.join();
    platform.meeting.chat.send("hi");
    await vi.waitFor(() => {
      expect(platform.socket.events).toHaveLength(1);
    });
    platform.socket.receive({ type: "error", code: "MalformedMessage", message: "" });
    expect(platform.meeting.chat.state.value.lines).toMatchObject([{ status: "sending" }]);
    platform.socket.receive({ type: "error", code: "TooManyRequests", message: "" });
    expect(platform.meeting.chat.state.value.lines).toMatchObject([{ status: "failed", code: "TooManyRequests" }]);
  });

  it("takes a new title", async () => {
    await platform.join();
    platform.socket.receive({ type: "meetingUpdated", meeting: "demo", title: "Weekly" });
    expect(platform.meeting.title.value).toBe("Weekly");
  });
});
