import { DEFAULT_CODEC, parseCodec, type VideoCodec } from "./codecs";
import { Store } from "./store";

/** The heights, in pixels, at which one may choose to send the camera at most. */
export const SEND_HEIGHTS = [360, 720] as const;
export type SendHeight = (typeof SEND_HEIGHTS)[number];

export interface Settings {
  name: string;
  sendHeight: SendHeight;
  /** What to send the camera in; heeded when a Peer is made. */
  codec: VideoCodec;
  microphoneId: string;
  cameraId: string;
}

const KEYS: Record<keyof Settings, string> = {
  name: "parley.name",
  sendHeight: "parley.sendHeight",
  codec: "parley.codec",
  microphoneId: "parley.microphone",
  cameraId: "parley.camera",
};

/** What a person chose once and for all meetings, kept in localStorage. */
export class SettingsStore extends Store<Settings> {
  readonly #storage: Storage;

  constructor(storage: Storage = localStorage) {
    super({
      name: storage.getItem(KEYS.name) ?? "",
      sendHeight: storage.getItem(KEYS.sendHeight) === "360" ? 360 : 720,
      codec: parseCodec(storage.getItem(KEYS.codec)) ?? DEFAULT_CODEC,
      microphoneId: storage.getItem(KEYS.microphoneId) ?? "",
      cameraId: storage.getItem(KEYS.cameraId) ?? "",
    });
    this.#storage = storage;
  }

  change(changes: Partial<Settings>): void {
    for (const key of Object.keys(changes) as (keyof Settings)[]) {
      this.#storage.setItem(KEYS[key], String(changes[key]));
    }
    this.update((settings) => ({ ...settings, ...changes }));
  }
}
