import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakePlatform } from "./fakes/platform";

const JOIN = "/sessions:join";
const STOP = "/sessions:stopWaiting";
const WAIT = {
  status: 202,
  body: {
    status: "waiting",
    title: "Weekly",
    participant: "par_01SELF",
    signalling: { url: "wss://signalling.invalid" },
    retryAfterSeconds: 20,
    token: "renewed",
  },
};

let platform: FakePlatform;

beforeEach(() => {
  platform = new FakePlatform();
});
afterEach(() => {
  platform.meeting.leave();
});

async function waiting(): Promise<void> {
  await vi.waitFor(() => {
    expect(platform.meeting.phase.value).toEqual({ name: "waiting", title: "Weekly", hasHost: true });
  });
}

describe("the lobby", () => {
  it("is waited in until somebody lets one in, and then the meeting goes on", async () => {
    platform.refuse(JOIN, WAIT);
    const joining = platform.meeting.join("Ann");
    await waiting();
    const lobby = platform.socket;
    lobby.receive({ type: "admitted" });
    await vi.waitFor(() => {
      expect(platform.sockets).toHaveLength(2);
    });
    expect(lobby.stopped).toBe(true);
    expect(platform.requests.findLast(({ path }) => path === JOIN)?.token).toBe("renewed");
    await platform.acceptJoin(await platform.socket.sentMessage("join"));
    await joining;
    expect(platform.meeting.phase.value.name).toBe("connected");
  });

  it("ends when one is denied", async () => {
    platform.refuse(JOIN, WAIT, { status: 403, body: { error: { code: "EntryDenied" } } });
    const joining = platform.meeting.join("Ann");
    await waiting();
    platform.socket.receive({ type: "denied" });
    await joining;
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "denied" });
  });

  it("can be left", async () => {
    platform.refuse(JOIN, WAIT);
    const joining = platform.meeting.join("Ann");
    await waiting();
    platform.meeting.leave();
    await joining;
    expect(platform.socket.stopped).toBe(true);
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "left" });
    expect(platform.requests.filter(({ path }) => path === STOP).map(({ token }) => token)).toEqual(["renewed"]);
  });

  it("is left by whoever closes the page, at once", async () => {
    platform.refuse(JOIN, WAIT);
    const joining = platform.meeting.join("Ann");
    await waiting();
    platform.meeting.abandon();
    expect(platform.count(STOP)).toBe(1);
    await joining;
  });

  it("is not left by whoever was let in", async () => {
    platform.refuse(JOIN, WAIT);
    const joining = platform.meeting.join("Ann");
    await waiting();
    platform.socket.receive({ type: "admitted" });
    await vi.waitFor(() => {
      expect(platform.sockets).toHaveLength(2);
    });
    await platform.acceptJoin(await platform.socket.sentMessage("join"));
    await joining;
    platform.meeting.leave();
    expect(platform.count(STOP)).toBe(0);
  });
});
