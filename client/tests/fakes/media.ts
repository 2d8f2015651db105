import type { LocalTracks } from "../../src/core/localMedia";

/** A MediaStreamTrack as far as the client looks at one. */
export class FakeTrack extends EventTarget {
  readonly kind: "audio" | "video";
  readonly id: string;
  readonly label: string;
  readonly deviceId: string;
  readonly groupId: string;
  enabled = true;
  readyState: "live" | "ended" = "live";
  contentHint = "";

  constructor(kind: "audio" | "video", device = { deviceId: "device-1", groupId: "group-1", label: "Device 1" }) {
    super();
    this.kind = kind;
    this.id = `track-${device.deviceId}`;
    this.label = device.label;
    this.deviceId = device.deviceId;
    this.groupId = device.groupId;
  }

  getSettings() {
    return { deviceId: this.deviceId, groupId: this.groupId };
  }

  stop() {
    this.readyState = "ended";
  }

  /** As when the device is pulled out. */
  vanish() {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

/** Local media of which a test sets the tracks. */
export class FakeLocalMedia {
  current: LocalTracks = {
    microphone: { track: null, muted: true },
    camera: { track: null, muted: true },
    screen: { track: null, muted: false },
    screenAudio: { track: null, muted: false },
  };
  readonly #listeners = new Set<() => void>();

  tracks(): LocalTracks {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(tracks: Partial<LocalTracks>): void {
    this.current = { ...this.current, ...tracks };
    for (const listener of this.#listeners) listener();
  }
}

export class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();

  get length() {
    return this.#items.size;
  }
  clear() {
    this.#items.clear();
  }
  getItem(key: string) {
    return this.#items.get(key) ?? null;
  }
  key(index: number) {
    return [...this.#items.keys()][index] ?? null;
  }
  removeItem(key: string) {
    this.#items.delete(key);
  }
  setItem(key: string, value: string) {
    this.#items.set(key, value);
  }
}

/** An observer that never sees a size: jsdom lays nothing out. */
export class FakeResizeObserver implements ResizeObserver {
  observe(): void {
    // There is nothing to see.
  }
  unobserve(): void {
    // There is nothing to see.
  }
  disconnect(): void {
    // There is nothing to see.
  }
}
