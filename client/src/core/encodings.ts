import type { EncodingState } from "../generated/protocol";
import type { VideoCodec } from "./codecs";
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

/** One stream whose layers need one another only at keyframes: three sizes, each a quarter, half and all of its rate. */
const LAYERED: RTCRtpEncodingParameters & { scalabilityMode: string } = {
  scalabilityMode: "L3T3_KEY",
  maxBitrate: 2000 * KBIT,
};

/** How a camera is encoded: several streams where a codec has no layers in space, else one stream of layers. */
export function cameraEncodings(codec: VideoCodec, height: SendHeight): RTCRtpEncodingParameters[] {
  return codec === "VP9" || codec === "AV1" ? [LAYERED] : cameraLayers(height);
}

/** A screen is sent once: text that is scaled down cannot be read. */
export const SCREEN_ENCODINGS: RTCRtpEncodingParameters[] = [{ maxBitrate: 2500 * KBIT, maxFramerate: 30 }];

/**
 * The encodings of one video sender: what the height allows, less what nobody receives. Changes are applied one after
 * another, for a sender takes no two at a time.
 */
export class SenderEncodings {
  readonly #sender: RTCRtpSender;
  #layers: ReadonlyMap<string, Layer> = new Map();
  #wanted: ReadonlyMap<string, boolean> = new Map();
  #queue: Promise<void> = Promise.resolve();

  constructor(sender: RTCRtpSender) {
    this.#sender = sender;
  }

  /** Sends a camera at most that high. */
  setHeight(height: SendHeight): Promise<void> {
    this.#layers = new Map(cameraLayers(height).map((layer) => [layer.rid, layer]));
    return this.#apply();
  }

  /** Sends only what is active; what is not named is sent. */
  setWanted(encodings: readonly EncodingState[]): Promise<void> {
    this.#wanted = new Map(encodings.map(({ rid, active }) => [rid ?? "", active]));
    return this.#apply();
  }

  #apply(): Promise<void> {
    // A sender that refuses, as one that is stopped does, sends what it did: more than is wanted does no harm.
    this.#queue = this.#queue.then(() => this.#change()).catch(() => undefined);
    return this.#queue;
  }

  async #change(): Promise<void> {
    const parameters = this.#sender.getParameters();
    for (const encoding of parameters.encodings) {
      const rid = encoding.rid ?? "";
      const layer = this.#layers.get(rid);
      Object.assign(encoding, layer);
      encoding.active = (layer?.active ?? true) && (this.#wanted.get(rid) ?? true);
    }
    await this.#sender.setParameters(parameters);
  }
}
