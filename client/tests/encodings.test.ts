import { expect, it } from "vitest";
import { cameraLayers, SenderEncodings } from "../src/core/encodings";

it("keeps the layers at 180, 360 and 720 lines whatever height is sent at most", () => {
  const linesAt = (height: 360 | 720) =>
    cameraLayers(height)
      .filter((layer) => layer.active)
      .map((layer) => height / layer.scaleResolutionDownBy);
  expect(linesAt(720)).toEqual([180, 360, 720]);
  expect(linesAt(360)).toEqual([180, 360]);
});

/** A sender with the camera's encodings that refuses to be changed twice at a time, as a browser's does. */
function cameraSender() {
  let parameters = { encodings: cameraLayers(720).map((layer) => ({ ...layer, priority: "low" })) };
  let isBusy = false;
  const sender = {
    getParameters: () => structuredClone(parameters),
    setParameters: async (changed: typeof parameters) => {
      if (isBusy) throw new Error("InvalidStateError");
      isBusy = true;
      await Promise.resolve();
      parameters = changed;
      isBusy = false;
    },
  };
  const active = () => parameters.encodings.filter((layer) => layer.active).map((layer) => layer.rid);
  return { encodings: new SenderEncodings(sender as unknown as RTCRtpSender), active, layers: () => parameters.encodings };
}

const wanted = (...rids: string[]) => ["q", "h", "f"].map((rid) => ({ rid, active: rids.includes(rid) }));

it("changes the height of a running sender layer by layer, by rid", async () => {
  const { encodings, layers } = cameraSender();
  await encodings.setHeight(360);
  expect(layers().map((layer) => [layer.rid, layer.active, layer.scaleResolutionDownBy, layer.priority])).toEqual([
    ["q", true, 2, "low"],
    ["h", true, 1, "low"],
    ["f", false, 1, "low"],
  ]);
});

it("leaves out what nobody receives, and sends it again when somebody does", async () => {
  const { encodings, active } = cameraSender();
  await encodings.setWanted(wanted("q"));
  expect(active()).toEqual(["q"]);
  await encodings.setWanted(wanted());
  expect(active()).toEqual([]);
  await encodings.setWanted(wanted("h", "f"));
  expect(active()).toEqual(["h", "f"]);
  await encodings.setWanted([]);
  expect(active()).toEqual(["q", "h", "f"]);
});

it("never sends what is above the height, wanted or not", async () => {
  const { encodings, active } = cameraSender();
  await Promise.all([encodings.setHeight(360), encodings.setWanted(wanted("h", "f"))]);
  expect(active()).toEqual(["h"]);
  await encodings.setHeight(720);
  expect(active()).toEqual(["h", "f"]);
});

it("turns the only encoding of a screen, which has no rid, off and on", async () => {
  let parameters = { encodings: [{ active: true }] };
  const sender = {
    getParameters: () => structuredClone(parameters),
    setParameters: (changed: typeof parameters) => Promise.resolve(void (parameters = changed)),
  };
  const encodings = new SenderEncodings(sender as unknown as RTCRtpSender);
  await encodings.setWanted([{ active: false }]);
  expect(parameters.encodings).toEqual([{ active: false }]);
  await encodings.setWanted([{ active: true }]);
  expect(parameters.encodings).toEqual([{ active: true }]);
});
