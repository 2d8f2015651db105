// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { MeetingRoute } from "../src/core/route";
import { MeetingSession } from "../src/core/session";
import { tokenFor } from "./fakes/platform";

const route: MeetingRoute = { page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null };

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

function began(changes: Partial<MeetingRoute> = {}) {
  const session = new MeetingSession({ ...route, ...changes });
  const join = vi.spyOn(session.meeting, "join").mockResolvedValue();
  session.begin();
  return { session, join };
}

describe("a join link", () => {
  it("is kept for the tab, with its name", () => {
    const { session } = began({ token: tokenFor("Ann") });
    expect(session.suggestedName).toBe("Ann");
    expect(session.meeting.phase.value.name).toBe("idle");
    expect(new MeetingSession(route).suggestedName).toBe("Ann");
  });

  it("keeps its name whatever the address says", () => {
    expect(began({ token: tokenFor("Ann"), name: "Mallory" }).session.suggestedName).toBe("Ann");
  });

  it.each([
    ["of another meeting", tokenFor("Ann", 60, { meeting: "other" }), "tokenInvalid"],
    ["that is no token", "a.b.c", "tokenInvalid"],
  ])("%s is refused, with the reason", (_, token, reason) => {
    const { session, join } = began({ token, autojoin: true, name: "Ann" });
    expect(session.meeting.phase.value).toMatchObject({ name: "ended", reason });
    expect(join).not.toHaveBeenCalled();
  });
});

it("leaves it to the API whether a join link has expired: the clock of this device may be wrong", () => {
  const { session, join } = began({ token: tokenFor("Ann", -60), autojoin: true });
  expect(session.meeting.phase.value.name).toBe("idle");
  expect(join).toHaveBeenCalledWith("Ann");
});

it("knows whether its join link holds until the meeting opens", () => {
  const inTenMinutes = new Date(Date.now() + 600_000);
  expect(began({ token: tokenFor("Ann", 60) }).session.lastsUntil(inTenMinutes)).toBe(false);
  sessionStorage.clear();
  expect(began({ token: tokenFor("Ann", 3600) }).session.lastsUntil(inTenMinutes)).toBe(true);
  sessionStorage.clear();
  expect(began({ token: tokenFor("Ann", 60), invitation: "abc" }).session.lastsUntil(inTenMinutes)).toBe(true);
  sessionStorage.clear();
  expect(began().session.lastsUntil(inTenMinutes)).toBe(true);
});

describe("the beginning", () => {
  it("waits for the person", () => {
    expect(began({ name: "Ann" }).join).not.toHaveBeenCalled();
  });

  it("joins at once when the address asks for it", () => {
    expect(began({ name: "Ann", autojoin: true }).join).toHaveBeenCalledWith("Ann");
  });

  it("waits for a name even then", () => {
    expect(began({ autojoin: true }).join).not.toHaveBeenCalled();
  });

  it("joins at once after a reload in the middle of the call", () => {
    const { session } = began({ name: "Ann" });
    session.identity.set({ token: tokenFor("Ann"), fromLink: false });
    session.identity.inCall = true;
    expect(began().join).toHaveBeenCalledWith("Ann");
  });

  it("remembers the name for the next meeting", async () => {
    const { session } = began();
    await session.join("Ann");
    expect(began().session.suggestedName).toBe("Ann");
  });
});

describe("the page", () => {
  it("leaves the meeting when it goes away", () => {
    const { session } = began();
    const abandon = vi.spyOn(session.meeting, "abandon");
    const stop = session.follow(window);
    window.dispatchEvent(new Event("pagehide"));
    expect(abandon).toHaveBeenCalledOnce();
    stop();
    window.dispatchEvent(new Event("pagehide"));
    expect(abandon).toHaveBeenCalledOnce();
  });

  it("tells the meeting when the network is back", () => {
    const { session } = began();
    const networkReturned = vi.spyOn(session.meeting, "networkReturned");
    session.follow(window);
    window.dispatchEvent(new Event("online"));
    expect(networkReturned).toHaveBeenCalledOnce();
  });

  it("gives the devices back at the end", async () => {
    const { session } = began();
    session.follow(window);
    const release = vi.spyOn(session.media, "release");
    session.meeting.leave();
    await vi.waitFor(() => {
      expect(release).toHaveBeenCalledOnce();
    });
  });
});

describe("the person's toggles", () => {
  it("are announced, and a device that does not start says why", async () => {
    const { session } = began();
    await session.setMicrophone(false);
    expect(session.notices.value.at(-1)?.notice).toEqual({ type: "toggled", source: "microphone", on: false });
    await session.setCamera(true);
    expect(session.notices.value.at(-1)?.notice).toEqual({ type: "deviceLost", device: "camera", problem: "unsupported" });
  });
});
