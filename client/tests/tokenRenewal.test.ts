// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readClaims } from "../src/core/identity";
import type { MeetingRoute } from "../src/core/route";
import { MeetingSession } from "../src/core/session";
import { FakePlatform, TOKEN_LASTS_SECONDS, tokenFor } from "./fakes/platform";

const PATH = "/sessions/ses_1:refresh";
const HALF_MS = (TOKEN_LASTS_SECONDS * 1000) / 2;
/** The time is looked at every so often. */
const LOOK_MS = 30_000;

let platform: FakePlatform;

beforeEach(async () => {
  vi.useFakeTimers();
  platform = new FakePlatform();
  platform.identity.set({ token: tokenFor("Ann", TOKEN_LASTS_SECONDS), fromLink: true });
  await platform.join();
});
afterEach(() => {
  platform.meeting.leave();
  vi.useRealTimers();
});

function expiry(): number {
  return readClaims(platform.identity.get()?.token ?? "")?.exp ?? 0;
}

it("renews the token at half of its life, and the next one at half of its own", async () => {
  const atFirst = expiry();
  await vi.advanceTimersByTimeAsync(HALF_MS - LOOK_MS);
  expect(platform.count(PATH)).toBe(0);
  await vi.advanceTimersByTimeAsync(2 * LOOK_MS);
  expect(platform.count(PATH)).toBe(1);
  expect(expiry()).toBeGreaterThanOrEqual(atFirst + HALF_MS / 1000);
  await vi.advanceTimersByTimeAsync(HALF_MS + LOOK_MS);
  expect(platform.requests.filter(({ path }) => path === PATH).at(-1)?.token).not.toBe(platform.identity.get()?.token);
  expect(platform.count(PATH)).toBe(2);
});

it("tries again quietly after a failure, and not after a refusal", async () => {
  platform.refuse(PATH, { status: 503 }, { status: 429, headers: { "retry-after": "90" } }, { status: 404 });
  await vi.advanceTimersByTimeAsync(HALF_MS + LOOK_MS / 2);
  expect(platform.count(PATH)).toBe(1);
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(platform.count(PATH)).toBe(2);
  await vi.advanceTimersByTimeAsync(4 * LOOK_MS);
  expect(platform.count(PATH)).toBe(3);
  await vi.advanceTimersByTimeAsync(2 * HALF_MS);
  expect(platform.count(PATH)).toBe(3);
  expect(platform.notices.value).toEqual([]);
});

it("asks for nothing once one has left", async () => {
  platform.meeting.leave();
  await vi.advanceTimersByTimeAsync(2 * HALF_MS);
  expect(platform.count(PATH)).toBe(0);
});

it("renews at once what came due while the device slept", async () => {
  vi.setSystemTime(Date.now() + HALF_MS + 1);
  platform.meeting.renewal.check();
  platform.meeting.renewal.check();
  await vi.waitFor(() => {
    expect(platform.count(PATH)).toBe(1);
  });
});

it.each([
  ["the page is seen again", () => document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))],
  ["the browser is online again", () => window.dispatchEvent(new Event("online"))],
])("looks at the time when %s", (_, happen) => {
  const route: MeetingRoute = { page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null };
  const session = new MeetingSession(route);
  const check = vi.spyOn(session.meeting.renewal, "check");
  const stop = session.follow(window);
  happen();
  stop();
  expect(check).toHaveBeenCalledOnce();
});
