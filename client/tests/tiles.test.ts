import { describe, expect, it } from "vitest";
import { type Roster, rosterOf } from "../src/core/roster";
import { Stage } from "../src/core/stage";
import { Store } from "../src/core/store";
import { nextOrder, planStage, tilesOf } from "../src/core/tiles";
import { person } from "./fakes/platform";

const screen = { publication: "pub_s", source: "screen", muted: false } as const;

function people(count: number): ReturnType<typeof person>[] {
  return Array.from({ length: count }, (_, index) => person(`p${index}`));
}

function stageOf(roster: Roster, self = "p0") {
  const rosterStore = new Store(roster);
  const selfStore = new Store<{ id: string } | null>(null);
  const stage = new Stage(rosterStore, selfStore);
  selfStore.set({ id: self });
  return { stage, rosterStore };
}

describe("tiles", () => {
  it("begin with oneself, and a muted camera shows nothing", () => {
    const off = person("p1", { publications: [{ publication: "pub_c", source: "camera", muted: true }] });
    const tiles = tilesOf(rosterOf([off, person("me")]), "me", ["p1"]);
    expect(tiles.map((tile) => [tile.participant, tile.local, tile.publication])).toEqual([
      ["me", true, null],
      ["p1", false, null],
    ]);
  });

  it("show a shared screen beside the camera of the same person", () => {
    const tiles = tilesOf(rosterOf([person("me"), person("p1", { publications: [screen] })]), "me", ["p1"]);
    expect(tiles.map((tile) => tile.key)).toEqual(["p1:screen", "me:camera", "p1:camera"]);
  });

  it("tell who speaks and whose microphone is on", () => {
    const microphone = { publication: "pub_m", source: "microphone", muted: false } as const;
    const roster = { ...rosterOf([person("me"), person("p1", { publications: [microphone] })]), speaking: ["p1"] };
    const [me, other] = tilesOf(roster, "me", ["p1"]);
    expect(other).toMatchObject({ speaking: true, microphoneOn: true });
    expect(me).toMatchObject({ speaking: false, microphoneOn: false });
  });
});

describe("the stage", () => {
  it("pages a grid of more than nine", () => {
    const { stage } = stageOf(rosterOf(people(11)));
    expect(stage.plan.value).toMatchObject({ focus: null, page: 0, pages: 2 });
    expect(stage.plan.value.tiles).toHaveLength(9);
    stage.setPage(1);
    expect(stage.plan.value.tiles).toHaveLength(2);
  });

  it("falls back to the last page when people leave", () => {
    const { stage, rosterStore } = stageOf(rosterOf(people(11)));
    stage.setPage(1);
    rosterStore.set(rosterOf(people(4)));
    expect(stage.plan.value).toMatchObject({ page: 0, pages: 1 });
  });

  it("gives a remote screen the large place, and never one's own", () => {
    const mine = stageOf(rosterOf([person("p0", { publications: [screen] }), person("p1")]));
    expect(mine.stage.plan.value.focus).toBeNull();
    const theirs = stageOf(rosterOf([person("p0"), person("p1", { publications: [screen] })]));
    expect(theirs.stage.plan.value.focus?.key).toBe("p1:screen");
  });

  it("shows what the person pinned rather than a screen", () => {
    const { stage } = stageOf(rosterOf([...people(2), person("p2", { publications: [screen] })]));
    stage.pin("p1:camera");
    expect(stage.plan.value.focus?.key).toBe("p1:camera");
    stage.pin(null);
    expect(stage.plan.value.focus?.key).toBe("p2:screen");
  });

  it("follows the dominant speaker in the speaker view", () => {
    const { stage, rosterStore } = stageOf(rosterOf(people(3)));
    stage.setView("speaker");
    rosterStore.set({ ...rosterOf(people(3)), dominant: "p2" });
    expect(stage.plan.value.focus?.participant).toBe("p2");
    rosterStore.set({ ...rosterOf(people(3)), dominant: "p1" });
    expect(stage.plan.value.focus?.participant).toBe("p1");
  });

  it("gives the large place to somebody who is seen rather than to one who is neither seen nor heard", () => {
    const camera = { publication: "pub_c", source: "camera", muted: false } as const;
    const { stage, rosterStore } = stageOf(rosterOf(people(2)));
    stage.setView("speaker");
    const sharing = person("p0", { publications: [screen] });
    const roster = rosterOf([sharing, person("p1"), person("p2", { publications: [camera] })]);
    rosterStore.set({ ...roster, dominant: "p1" });
    expect(stage.plan.value.focus?.key).toBe("p2:camera");
    expect(stage.plan.value.tiles.map((tile) => tile.key)).toContain("p0:screen");
    rosterStore.set({ ...roster, dominant: "p1", speaking: ["p1"] });
    expect(stage.plan.value.focus?.key).toBe("p1:camera");
  });

  it("asks for no more remote videos than there are slots", () => {
    const sharing = rosterOf([...people(20), person("p20", { publications: [screen] })]);
    const plan = planStage(tilesOf(sharing, "p0", [...sharing.participants.keys()]), sharing, {
      view: "grid",
      pinned: null,
      page: 1,
    });
    expect(plan.tiles.length + 1).toBeLessThanOrEqual(9);
  });
});

describe("the order of people", () => {
  it("brings a dominant speaker from a later page to the first, and moves only one other", () => {
    const order = people(12).map((each) => each.participant);
    const roster = { ...rosterOf([person("me"), ...people(12)]), dominant: "p10" };
    const next = nextOrder(order, roster, "me", 9);
    expect(next.indexOf("p10")).toBe(7);
    expect(next.filter((id, index) => order[index] !== id)).toEqual(["p10", "p7"]);
  });

  it("leaves everybody in place while the speaker is on the first page", () => {
    const order = people(12).map((each) => each.participant);
    const roster = { ...rosterOf([person("me"), ...people(12)]), dominant: "p3" };
    expect(nextOrder(order, roster, "me", 9)).toBe(order);
  });

  it("puts newcomers last and closes the gap of those who left", () => {
    const roster = rosterOf([person("p3"), person("me"), person("p1")]);
    expect(nextOrder(["p1", "p2"], roster, "me", 9)).toEqual(["p1", "p3"]);
  });
});
