import { expect, it } from "vitest";
import { cameraLayers, setCameraHeight } from "../src/core/encodings";

it("keeps the layers at 180, 360 and 720 lines whatever height is sent at most", () => {
  const linesAt = (height: 360 | 720) =>
    cameraLayers(height)
      .filter((layer) => layer.active)
      .map((layer) => height / layer.scaleResolutionDownBy);
  expect(linesAt(720)).toEqual([180, 360, 720]);
  expect(linesAt(360)).toEqual([180, 360]);
});

it("changes the height of a running sender layer by layer, by rid", async () => {
  const parameters = { encodings: cameraLayers(720).map((layer) => ({ ...layer, priority: "low" })) };
  let applied: typeof parameters | undefined;
  const sender = {
    getParameters: () => parameters,
    setParameters: (changed: typeof parameters) => {
      applied = changed;
      return Promise.resolve();
    },
  };
  await setCameraHeight(sender as unknown as RTCRtpSender, 360);
  expect(applied?.encodings.map((layer) => [layer.rid, layer.active, layer.scaleResolutionDownBy, layer.priority])).toEqual([
    ["q", true, 2, "low"],
    ["h", true, 1, "low"],
    ["f", false, 1, "low"],
  ]);
});
