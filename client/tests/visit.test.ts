// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { LocalMedia } from "../src/core/localMedia";
import { Meeting } from "../src/core/meeting";
import { MeetingSession } from "../src/core/session";
import { Visit } from "../src/core/visit";
import { tokenFor } from "./fakes/platform";

const ROUTE = { page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null } as const;
const ROOM = "room-1";

beforeEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
  window.history.replaceState(null, "", "/m/demo?name=Ann");
});

/** A page of a meeting that ends by moving the person into the room. */
function movedVisit() {
  const startBoth = vi.spyOn(LocalMedia.prototype, "startBoth").mockResolvedValue();
  const release = vi.spyOn(LocalMedia.prototype, "release").mockResolvedValue();
  const join = vi.spyOn(Meeting.prototype, "join").mockResolvedValue();
  const first = new MeetingSession({ ...ROUTE, token: tokenFor("Ann") });
  const visit = new Visit(first, window);
  const token = tokenFor("Ann", 600, { meeting: ROOM });
  const moved = { type: "moved", meeting: ROOM, title: "Room 1", token } as const;
  first.meeting.phase.set({ name: "ended", reason: "moved", moved });
  return { first, visit, startBoth, release, join, token };
}

it("goes on in the meeting that one is moved into, as the same person, with the devices as they are", () => {
  const { first, visit, startBoth, release, join, token } = movedVisit();
  const next = visit.session.value;
  expect(next.meeting.id).toBe(ROOM);
  expect(next.media).toBe(first.media);
  expect(next.identity.get()).toMatchObject({ token, name: "Ann" });
  expect(join).toHaveBeenCalledExactlyOnceWith("Ann");
  expect(join.mock.contexts).toEqual([next.meeting]);
  expect(startBoth).toHaveBeenCalledOnce();
  expect(release).not.toHaveBeenCalled();
  expect(window.location.pathname + window.location.search).toBe(`/m/${ROOM}`);
});

it("says once where one has been moved to, and leaves the former meeting alone from then on", () => {
  const { first, visit } = movedVisit();
  const abandons = [first, visit.session.value].map(({ meeting }) => vi.spyOn(meeting, "abandon"));
  window.dispatchEvent(new Event("pagehide"));
  expect(abandons.map((abandon) => abandon.mock.calls.length)).toEqual([0, 1]);
  visit.session.value.sayArrival();
  visit.session.value.sayArrival();
  expect(visit.session.value.notices.value.map(({ notice }) => notice)).toEqual([{ type: "moved", title: "Room 1" }]);
});

it("gives the devices back at any other end", async () => {
  const { visit, release } = movedVisit();
  visit.session.value.meeting.leave();
  await vi.waitFor(() => {
    expect(release).toHaveBeenCalledOnce();
  });
});
