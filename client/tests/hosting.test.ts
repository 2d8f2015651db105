import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Self } from "../src/core/content";
import type { WaitingPerson } from "../src/core/hostApi";
import { mayDecideOn, rolesToGive } from "../src/core/hosting";
import { LobbyList } from "../src/core/lobbyList";
import type { Notice } from "../src/core/notices";
import { FakePlatform, person, SELF } from "./fakes/platform";

const LOBBY = "/sessions/ses_1/lobby";

let platform: FakePlatform;

beforeEach(() => {
  platform = new FakePlatform();
  platform.role = "host";
});
afterEach(() => {
  vi.useRealTimers();
  platform.meeting.leave();
});

function somebody(participant: string): WaitingPerson {
  return { participant, name: participant, role: "attendee", askedOn: "2026-11-23T10:00:00Z" };
}

function names(): string[] {
  return platform.meeting.hosting.lobby.waiting.value.map(({ name }) => name);
}

async function waits(...expected: string[]): Promise<void> {
  await vi.waitFor(() => {
    expect(names()).toEqual(expected);
  });
}

function lastNotice(): Notice | undefined {
  return platform.notices.value.at(-1)?.notice;
}

describe("the lobby, for those who moderate,", () => {
  it("shows who waits, from the beginning and on news, and tells of newcomers once", async () => {
    platform.waiting = [somebody("Bo")];
    await platform.join();
    await waits("Bo");
    expect(lastNotice()).toEqual({ type: "waiting", name: "Bo", count: 1 });
    platform.waiting = [somebody("Bo"), somebody("Cem")];
    platform.socket.receive({ type: "lobbyChanged", session: "ses_1" });
    await waits("Bo", "Cem");
    expect(lastNotice()).toEqual({ type: "waiting", name: "Cem", count: 2 });
    expect(platform.notices.value).toHaveLength(2);
  });

  it("lets one in or all, and lets in after all whom it had declined", async () => {
    platform.waiting = [somebody("Bo"), somebody("Cem"), somebody("Dan")];
    await platform.join();
    await waits("Bo", "Cem", "Dan");
    const { hosting } = platform.meeting;
    platform.waiting = [somebody("Cem"), somebody("Dan")];
    const admitting = hosting.admit(somebody("Bo"));
    expect(names()).toEqual(["Cem", "Dan"]);
    await admitting;
    platform.waiting = [somebody("Dan")];
    await hosting.deny(somebody("Cem"));
    await hosting.undoable.value?.undo();
    expect(hosting.undoable.value).toBeNull();
    platform.waiting = [];
    await hosting.admitAll();
    const decisions = platform.requests.filter(({ path }) => path.includes("lobby") && path !== LOBBY);
    expect(decisions.map(({ path }) => path)).toEqual(
      ["/Bo:admit", "/Cem:deny", "/Cem:admit", ":admitAll"].map((end) => `${LOBBY}${end}`),
    );
    expect(names()).toEqual([]);
  });

  it("is not asked for by others, until they are made moderators, and is gone when one leaves", async () => {
    platform.role = "attendee";
    platform.waiting = [somebody("Bo")];
    await platform.join();
    expect(platform.count(LOBBY)).toBe(0);
    const grants = { publish: ["camera", "microphone", "screen", "screenAudio"], subscribe: true, chat: true, moderate: true };
    platform.socket.receive({ type: "grantsChanged", participant: SELF, role: "coHost", grants });
    await waits("Bo");
    platform.meeting.leave();
    expect(names()).toEqual([]);
  });

  it("is looked at again while somebody waits, since nobody says that they gave up", async () => {
    vi.useFakeTimers();
    const answers = [[somebody("Bo")], [somebody("Bo")], []];
    const read = vi.fn(() => Promise.resolve(answers.shift() ?? []));
    const lobby = new LobbyList(read, () => undefined);
    await lobby.refresh();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(lobby.waiting.value).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(lobby.waiting.value).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read).toHaveBeenCalledTimes(3);
  });
});

describe("a decision", () => {
  it("takes its person out at once, whatever a reading says that began before it, and back in if it failed", async () => {
    const newcomers = vi.fn();
    const answers = [[somebody("Bo")], [somebody("Bo")], [somebody("Bo")]];
    const lobby = new LobbyList(() => Promise.resolve(answers.shift() ?? []), newcomers);
    await lobby.refresh();
    let fail = (): void => undefined;
    const decision = new Promise<boolean>((resolve) => {
      fail = () => {
        resolve(false);
      };
    });
    const deciding = lobby.decide(["Bo"], () => decision);
    await lobby.refresh();
    expect(lobby.waiting.value).toEqual([]);
    expect(newcomers).toHaveBeenCalledOnce();
    fail();
    await deciding;
    expect(lobby.waiting.value).toEqual([somebody("Bo")]);
    lobby.close();
  });
});

describe("those who moderate", () => {
  it("move somebody by the API, and hear why that was refused", async () => {
    await platform.join();
    const path = "/sessions/ses_1/participants/par_2:move";
    platform.refuse(path, { status: 404, body: { error: { code: "MeetingNotFound" } } });
    for (let time = 0; time < 2; time += 1) await platform.meeting.hosting.move("par_2", "room-1");
    expect(platform.requests.at(-1)).toMatchObject({ method: "POST", path, body: { meeting: "room-1" } });
    expect(platform.notices.value.map(({ notice }) => notice)).toEqual([{ type: "hostRefused", problem: "noMeeting" }]);
  });

  it("mute, remove, lock and end by the API, as themselves", async () => {
    await platform.join();
    const { hosting } = platform.meeting;
    await hosting.mute("par_2", "screen");
    await hosting.muteAll();
    await hosting.remove("par_2", true);
    await hosting.lock(true);
    await hosting.endForEverybody();
    const token = platform.identity.get()?.token;
    expect(platform.requests.slice(-5)).toEqual([
      { method: "PATCH", path: "/sessions/ses_1/participants/par_2", token, body: { mutedSources: ["screen", "screenAudio"] } },
      { method: "POST", path: "/sessions/ses_1/participants:muteAll", token, body: null },
      { method: "POST", path: "/sessions/ses_1/participants/par_2:remove", token, body: { ban: true } },
      { method: "POST", path: "/meetings/demo:lock", token, body: null },
      { method: "POST", path: "/meetings/demo:end", token, body: null },
    ]);
    expect(lastNotice()).toEqual({ type: "mutedAll" });
  });

  it("may take a new role back, with the grants from before, and try again when that fails", async () => {
    await platform.join();
    const { hosting } = platform.meeting;
    const granted = { publish: ["microphone"], subscribe: true, chat: false, moderate: false };
    platform.refuse("/sessions/ses_1/participants/par_2", { status: 200, body: { role: "presenter", granted } });
    await hosting.setRole(person("par_2", { name: "Bo" }), "coHost");
    expect(hosting.undoable.value?.done).toEqual({ type: "roleChanged", name: "Bo", role: "coHost" });
    platform.refuse("/sessions/ses_1/participants/par_2", { status: 503 });
    await hosting.undoable.value?.undo();
    await hosting.undoable.value?.undo();
    expect(hosting.undoable.value).toBeNull();
    const roles = platform.requests.filter(({ method }) => method === "PATCH").map(({ body }) => body);
    const before = { role: "presenter", grants: granted };
    expect(roles).toEqual([{ role: "coHost" }, before, before]);
  });

  it.each([
    [401, "expired"],
    [403, "notAllowed"],
    [404, "gone"],
    [409, "changed"],
    [429, "tooMany"],
    [400, "refused"],
    [503, "unreachable"],
  ])("hear why they were refused: %i", async (status, problem) => {
    await platform.join();
    platform.refuse("/sessions/ses_1/participants/par_2", { status, body: { error: { code: "Code" } } });
    await platform.meeting.hosting.setRole(person("par_2"), "presenter");
    expect(lastNotice()).toEqual({ type: "hostRefused", problem });
    expect(platform.meeting.hosting.undoable.value).toBeNull();
  });

  it("see that the meeting is locked, and are told", async () => {
    await platform.join();
    platform.socket.receive({ type: "meetingUpdated", meeting: "demo", title: "Demo meeting", locked: true });
    expect(platform.meeting.locked.value).toBe(true);
    expect(lastNotice()).toEqual({ type: "lockChanged", locked: true });
  });

  it("decide on others, but only hosts on hosts", () => {
    const grants: Self["grants"] = { publish: [], subscribe: true, chat: true, moderate: true };
    const as = (role: Self["role"], moderate = true): Self => ({ id: "me", name: "Ann", role, grants: { ...grants, moderate } });
    const host = person("par_2", { role: "host" });
    expect(mayDecideOn(as("host"), host)).toBe(true);
    expect(mayDecideOn(as("coHost"), host)).toBe(false);
    expect(mayDecideOn(as("coHost"), person("par_3"))).toBe(true);
    expect(mayDecideOn(as("host"), person("me"))).toBe(false);
    expect(mayDecideOn(as("attendee", false), person("par_3"))).toBe(false);
    expect(rolesToGive(as("host"))).toContain("host");
    expect(rolesToGive(as("coHost"))).not.toContain("host");
  });
});
