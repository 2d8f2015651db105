import type { SendHeight } from "./settings";

interface Layer {
  rid: string;
  scaleResolutionDownBy: number;
  maxBitrate: number;
  active: boolean;
}

const KBIT = 1000;

/**
 * The simulcast layers of a camera, lowest first, as the node knows them by `rid`. The m-line has three whatever the
 * height, so that changing it in the call needs no new offer; a camera opened at 360 lines leaves the highest unused.
 */
export function cameraLayers(height: SendHeight): Layer[] {
  const lowerBy = height / 360;
  return [
    { rid: "q", scaleResolutionDownBy: 2 * lowerBy, maxBitrate: 150 * KBIT, active: true },
    { rid: "h", scaleResolutionDownBy: lowerBy, maxBitrate: 500 * KBIT, active: true },
    { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1700 * KBIT, active: height > 360 },
  ];
}

/** A screen is sent once: text that is scaled down cannot be read. */
export const SCREEN_ENCODINGS: RTCRtpEncodingParameters[] = [{ maxBitrate: 2500 * KBIT, maxFramerate: 30 }];

/** Applies the layers for that height to a sender which was made with `cameraLayers`. */
export async function setCameraHeight(sender: RTCRtpSender, height: SendHeight): Promise<void> {
  const parameters = sender.getParameters();
  const layers = new Map(cameraLayers(height).map((layer) => [layer.rid, layer]));
  for (const encoding of parameters.encodings) Object.assign(encoding, layers.get(encoding.rid ?? ""));
  await sender.setParameters(parameters);
}
