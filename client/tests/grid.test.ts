import { describe, expect, it } from "vitest";
import { fitFocus, fitGrid } from "../src/core/grid";

const GAP = 10;

describe("the grid", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])("keeps %i tiles within the box, in 16:9", (count) => {
    for (const box of [{ width: 1280, height: 640 }, { width: 390, height: 700 }, { width: 800, height: 800 }]) {
      const { columns, rows, tile } = fitGrid(count, box, GAP);
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(columns * tile.width + (columns - 1) * GAP).toBeLessThanOrEqual(box.width);
      expect(rows * tile.height + (rows - 1) * GAP).toBeLessThanOrEqual(box.height);
      expect(Math.abs(tile.width / tile.height - 16 / 9)).toBeLessThan(0.05);
    }
  });

  it("puts two side by side in a wide box and one above the other in a high one", () => {
    expect(fitGrid(2, { width: 1280, height: 500 }, GAP).columns).toBe(2);
    expect(fitGrid(2, { width: 400, height: 800 }, GAP).columns).toBe(1);
  });

  it("puts four in a square", () => {
    expect(fitGrid(4, { width: 1280, height: 720 }, GAP)).toMatchObject({ columns: 2, rows: 2 });
  });

  it("survives a box without room", () => {
    expect(fitGrid(3, { width: 0, height: 0 }, GAP).tile).toEqual({ width: 0, height: 0 });
  });
});

describe("a focused tile", () => {
  it("takes most of the box, the strip beside it", () => {
    const { focus, strip, beside } = fitFocus(5, { width: 1280, height: 640 }, GAP);
    expect(beside).toBe(true);
    expect(focus.width).toBeGreaterThan(900);
    expect(focus.width + GAP + strip.width).toBeLessThanOrEqual(1280);
    expect(5 * strip.height + 4 * GAP).toBeLessThanOrEqual(640);
  });

  it("has the strip below in a high box", () => {
    const { strip, beside } = fitFocus(4, { width: 390, height: 700 }, GAP);
    expect(beside).toBe(false);
    expect(4 * strip.width + 3 * GAP).toBeLessThanOrEqual(390);
  });

  it("has the whole box when there is nobody else", () => {
    expect(fitFocus(0, { width: 800, height: 600 }, GAP).focus).toEqual({ width: 800, height: 600 });
  });
});
