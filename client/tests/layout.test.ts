import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applySlots, assignSlots, requestedHeight, SlotLayout, wantedOf } from "../src/core/layout";
import type { Layout } from "../src/generated/protocol";

function want(publication: string, priority = 40, height = 300) {
  return { publication, height, priority };
}

function carried(assigned: ReturnType<typeof assignSlots>) {
  return [...assigned.values()].sort((a, b) => a.mid.localeCompare(b.mid)).map((slot) => slot.publication ?? null);
}

describe("slots", () => {
  it("keep what they carry while newcomers take the free ones", () => {
    const first = assignSlots(["4", "5", "6"], new Map(), [want("a"), want("b"), want("c")]);
    const second = assignSlots(["4", "5", "6"], first, [want("d"), want("c"), want("a")]);
    expect(carried(first)).toEqual(["a", "b", "c"]);
    expect(carried(second)).toEqual(["a", "d", "c"]);
  });

  it("are emptied when nothing is wanted in them", () => {
    const first = assignSlots(["4"], new Map(), [want("a")]);
    expect(carried(assignSlots(["4"], first, []))).toEqual([null]);
  });

  it("go to the most important when there are too few", () => {
    expect(carried(assignSlots(["4"], new Map(), [want("small"), want("screen", 80)]))).toEqual(["screen"]);
  });

  it("know after a change what each of them carries", () => {
    const before = applySlots(new Map(), [{ mid: "4", publication: "a" }, { mid: "5", publication: "b" }]);
    const after = applySlots(before, [{ mid: "4" }]);
    expect(after.get("4")?.publication).toBeUndefined();
    expect(after.get("5")?.publication).toBe("b");
  });
});

describe("the requested height", () => {
  it("is a layer's, so that small changes of the window change nothing", () => {
    expect([90, 200, 240].map(requestedHeight)).toEqual([180, 180, 180]);
    expect([250, 400, 480].map(requestedHeight)).toEqual([360, 360, 360]);
    expect([490, 900].map(requestedHeight)).toEqual([720, 720]);
  });
});

describe("what is wanted", () => {
  const tile = (publication: string | null, local = false, source: "camera" | "screen" = "camera") => ({
    publication,
    local,
    source,
  });

  it("is every remote picture that is on, in device pixels", () => {
    const shown = [tile("mine", true), tile(null), tile("a")].map((each) => ({ tile: each, size: { height: 200 } }));
    expect(wantedOf(shown, 2)).toEqual([{ publication: "a", height: 400, priority: 40 }]);
  });

  it("puts screens and the large tile first", () => {
    const shown = [
      { tile: tile("large"), size: { height: 600 } },
      { tile: tile("screen", false, "screen"), size: { height: 100 } },
      { tile: tile("small"), size: { height: 100 } },
    ];
    expect(wantedOf(shown, 1).map((each) => each.priority)).toEqual([80, 80, 40]);
  });
});

describe("the layout messages", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("come once for many changes of mind, and name only the slots that changed", () => {
    const sent: Layout[] = [];
    const layout = new SlotLayout(["4", "5"], (message) => sent.push(message));
    layout.want([want("a")]);
    layout.want([want("a"), want("b")]);
    vi.runAllTimers();
    layout.want([want("a"), want("c")]);
    vi.runAllTimers();
    layout.want([want("a"), want("c")]);
    vi.runAllTimers();
    expect(sent.map((message) => message.slots.map((slot) => slot.publication))).toEqual([["a", "b"], ["c"]]);
  });

  it("stop with the connection", () => {
    const sent: Layout[] = [];
    const layout = new SlotLayout(["4"], (message) => sent.push(message));
    layout.want([want("a")]);
    layout.close();
    vi.runAllTimers();
    expect(sent).toEqual([]);
  });
});
