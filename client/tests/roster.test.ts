import { describe, expect, it } from "vitest";
import { applyToRoster, EMPTY_ROSTER, isLive, publicationOf, qualityOf, rosterOf, type Roster } from "../src/core/roster";
import { RosterNews } from "../src/core/notices";
import { person } from "./fakes/platform";

const camera = { publication: "pub_1", source: "camera", muted: false } as const;
const screen = { publication: "pub_2", source: "screen", muted: false } as const;

describe("the quality of a connection", () => {
  const judged = (roster: Roster, participant: string, quality: "good" | "poor" | "lost") =>
    applyToRoster(roster, { type: "quality", participants: [{ participant, quality }] });

  it("is good until the node says otherwise", () => {
    const before = rosterOf([person("a"), person("b")]);
    const poor = judged(before, "a", "poor");
    expect([qualityOf(before, person("a")), qualityOf(poor, person("a")), qualityOf(poor, person("b"))]).toEqual([
      "good",
      "poor",
      "good",
    ]);
    expect(qualityOf(judged(poor, "a", "good"), person("a"))).toBe("good");
  });

  it("is lost while nothing is heard, whatever was judged", () => {
    expect(qualityOf(rosterOf([]), person("a", { status: "reconnecting" }))).toBe("lost");
  });

  it("is forgotten with who leaves and with a new roster", () => {
    const poor = judged(rosterOf([person("a")]), "a", "poor");
    const left = applyToRoster(poor, { type: "participantLeft", participant: "a", reason: "left" });
    expect(qualityOf(left, person("a"))).toBe("good");
    const renewed = applyToRoster(poor, { type: "roster", participants: [person("a")], more: false });
    expect(qualityOf(renewed, person("a"))).toBe("good");
  });
});

describe("the roster", () => {
  it("is replaced only once the last page is there", () => {
    const before = rosterOf([person("old")]);
    const half = applyToRoster(before, { type: "roster", participants: [person("a")], more: true });
    expect([...half.participants.keys()]).toEqual(["old"]);
    const whole = applyToRoster(half, { type: "roster", participants: [person("b")], more: false });
    expect([...whole.participants.keys()]).toEqual(["a", "b"]);
  });

  it("takes a participant's whole state and keeps its place", () => {
    const before = rosterOf([person("a"), person("b")]);
    const after = applyToRoster(before, { type: "participant", participant: person("a", { publications: [camera] }) });
    expect([...after.participants.keys()]).toEqual(["a", "b"]);
    expect(after.participants.get("a")?.publications).toEqual([camera]);
  });

  it("forgets who left, also as the dominant speaker", () => {
    const speaking = applyToRoster(rosterOf([person("a")]), { type: "speakers", speakers: [], dominant: "a" });
    const after = applyToRoster(speaking, { type: "participantLeft", participant: "a", reason: "left" });
    expect(after.participants.size).toBe(0);
    expect(after.dominant).toBeNull();
  });

  it("keeps the dominant speaker through silence", () => {
    const speaking = applyToRoster(EMPTY_ROSTER, {
      type: "speakers",
      speakers: [{ participant: "a", level: 20 }],
      dominant: "a",
    });
    const silent = applyToRoster(speaking, { type: "speakers", speakers: [] });
    expect(speaking.speaking).toEqual(["a"]);
    expect(silent.speaking).toEqual([]);
    expect(silent.dominant).toBe("a");
  });

  it("counts a muted Publication as published but not live", () => {
    const muted = person("a", { publications: [{ ...camera, muted: true }] });
    expect(publicationOf(muted, "camera")?.publication).toBe("pub_1");
    expect(isLive(muted, "camera")).toBe(false);
    expect(isLive(muted, "microphone")).toBe(false);
  });
});

describe("notices of what others do", () => {
  const news = new RosterNews();

  it("tells of a newcomer, a screen and a leaver by name", () => {
    const empty = rosterOf([]);
    const ann = person("a", { name: "Ann" });
    expect(news.noticesOf(empty, { type: "participant", participant: ann }, "me")).toEqual([
      { type: "participantJoined", name: "Ann" },
    ]);
    const sharing = person("a", { name: "Ann", publications: [screen] });
    expect(news.noticesOf(rosterOf([ann]), { type: "participant", participant: sharing }, "me")).toEqual([
      { type: "screenStarted", name: "Ann" },
    ]);
    expect(news.noticesOf(rosterOf([sharing]), { type: "participant", participant: ann }, "me")).toEqual([
      { type: "screenStopped", name: "Ann" },
    ]);
    expect(news.noticesOf(rosterOf([ann]), { type: "participantLeft", participant: "a", reason: "left" }, "me")).toEqual([
      { type: "participantLeft", name: "Ann" },
    ]);
  });

  it("does not tell a person of their own doings", () => {
    const me = person("me", { publications: [screen] });
    expect(news.noticesOf(rosterOf([]), { type: "participant", participant: me }, "me")).toEqual([]);
    expect(news.noticesOf(rosterOf([me]), { type: "participantLeft", participant: "me", reason: "left" }, "me")).toEqual([]);
  });

  it("does not announce whoever was here a moment ago and merely has a new Peer", () => {
    const returns = { type: "participant", participant: person("a", { name: "Ann" }) } as const;
    const nothing = rosterOf([]);
    const followed = new RosterNews();
    followed.follow(rosterOf([returns.participant]), nothing, 0);
    expect(followed.noticesOf(nothing, returns, "me")).toEqual([]);
    followed.follow(nothing, nothing, 10 * 60_000);
    expect(followed.noticesOf(nothing, returns, "me")).toMatchObject([{ type: "participantJoined" }]);
  });
});
