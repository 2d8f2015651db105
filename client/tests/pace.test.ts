import { expect, it } from "vitest";
import { Pace } from "../src/core/pace";

it("lets a burst go at once and the rest at its rate", () => {
  const pace = new Pace(2, 3, 0);
  expect([1, 2, 3, 4, 5].map(() => pace.take(0))).toEqual([0, 0, 0, 500, 1000]);
});

it("fills up with time, to the burst and no further", () => {
  const pace = new Pace(2, 2, 0);
  pace.take(0);
  pace.take(0);
  expect([1, 2, 3].map(() => pace.take(60_000))).toEqual([0, 0, 500]);
});

it("can be limited to fewer at once", () => {
  const pace = new Pace(2, 8, 0);
  pace.limit(1, 0);
  expect([pace.take(0), pace.take(0)]).toEqual([0, 500]);
});
