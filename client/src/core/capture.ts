import { type Device, type DeviceProblem, mediaDevices, problemOf } from "./devices";
import { Store } from "./store";

export interface CaptureState {
  /** What the person asked for: to be heard, or seen. */
  on: boolean;
  /** The live track, if there is one. A microphone keeps its track while it is muted. */
  track: MediaStreamTrack | null;
  /** Whether the browser is opening the device or asking the person. */
  opening: boolean;
  problem: DeviceProblem | null;
}

export interface CaptureKind {
  name: "microphone" | "camera";
  /** Whether turning it off gives the device back (a camera's light goes out) or only silences it. */
  releasesWhenOff: boolean;
  constraints(deviceId: string): MediaStreamConstraints;
}

/** Why the device changed without the person asking for it. */
export type Fallback = { to: string } | { to: null; problem: DeviceProblem };

/**
 * One microphone or camera: opened, silenced, exchanged and given back. Commands are carried out one after another,
 * so that a quick double click ends where the person wanted. A device that vanishes is replaced by the default one.
 */
export class Capture {
  readonly state = new Store<CaptureState>({ on: false, track: null, opening: false, problem: null });
  readonly kind: CaptureKind;
  #deviceId: string;
  #group: string | undefined;
  #queue: Promise<void> = Promise.resolve();
  readonly #onFallback: (fallback: Fallback) => void;

  constructor(kind: CaptureKind, deviceId: string, onFallback: (fallback: Fallback) => void) {
    this.kind = kind;
    this.#deviceId = deviceId;
    this.#onFallback = onFallback;
  }

  /** The id of the device that is in use or, without one, of the one that was chosen. */
  get deviceId(): string {
    return this.state.value.track?.getSettings().deviceId ?? this.#deviceId;
  }

  /** What to ask the browser for. */
  constraints(): MediaStreamConstraints {
    return this.kind.constraints(this.#deviceId);
  }

  setOn(on: boolean): Promise<void> {
    this.#change({ on });
    return this.#enqueue(() => this.#follow());
  }

  /** Uses that device from now on, at once if one is open. */
  select(deviceId: string): Promise<void> {
    this.#deviceId = deviceId;
    return this.#enqueue(() => this.#reopen());
  }

  /** Opens the device again, as after a change of the constraints. */
  restart(): Promise<void> {
    return this.#enqueue(() => this.#reopen());
  }

  /** Says that the device is wanted and is being opened elsewhere: `adopt` or, failing that, `setOn` follows. */
  expect(): void {
    this.#change({ on: true, opening: true });
  }

  /** Takes a track that was opened elsewhere, as by a common request for microphone and camera. */
  adopt(track: MediaStreamTrack): Promise<void> {
    return this.#enqueue(async () => {
      this.#release();
      this.#take(track);
      await this.#follow();
    });
  }

  /** Gives the device back. */
  release(): Promise<void> {
    return this.#enqueue(async () => {
      this.#release();
      this.#change({ on: false });
      await Promise.resolve();
    });
  }

  /** Looks whether the device in use is still there; a default device that became another one counts as gone. */
  async check(present: readonly Device[]): Promise<void> {
    const { track } = this.state.value;
    if (track === null) return;
    const device = present.find((candidate) => candidate.id === track.getSettings().deviceId);
    this.#group ??= device?.group;
    if (device === undefined || device.group !== this.#group) await this.#fallBack();
  }

  async #follow(): Promise<void> {
    const { on, track } = this.state.value;
    if (on && track === null) await this.#open();
    else if (!on && this.kind.releasesWhenOff) this.#release();
    const opened = this.state.value.track;
    if (opened !== null) opened.enabled = this.state.value.on;
    this.#change({ opening: false });
  }

  async #reopen(): Promise<void> {
    if (this.state.value.track === null && this.state.value.problem === null) return;
    this.#release();
    await this.#follow();
  }

  #fallBack(): Promise<void> {
    return this.#enqueue(async () => {
      const wasOn = this.state.value.on;
      this.#release();
      this.#deviceId = "";
      await this.#follow();
      const { track, problem } = this.state.value;
      if (track !== null) this.#onFallback({ to: track.label });
      else if (wasOn) this.#onFallback({ to: null, problem: problem ?? "missing" });
    });
  }

  async #open(): Promise<void> {
    this.#change({ opening: true, problem: null });
    try {
      this.#take(await this.#request());
    } catch (error) {
      this.#change({ on: false, problem: problemOf(error) });
    }
  }

  async #request(): Promise<MediaStreamTrack> {
    try {
      return await requestTrack(this.constraints());
    } catch (error) {
      // A remembered device may be unplugged today: any other is better than none.
      if (this.#deviceId === "" || problemOf(error) === "denied") throw error;
      return requestTrack(this.kind.constraints(""));
    }
  }

  #take(track: MediaStreamTrack): void {
    track.addEventListener("ended", () => {
      if (this.state.value.track === track) void this.#fallBack();
    });
    this.#group = track.getSettings().groupId;
    this.#change({ track, problem: null });
  }

  #release(): void {
    this.state.value.track?.stop();
    this.#change({ track: null });
  }

  #change(changes: Partial<CaptureState>): void {
    this.state.update((state) => ({ ...state, ...changes }));
  }

  #enqueue(command: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(command);
    return this.#queue;
  }
}

async function requestTrack(constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
  const stream = await mediaDevices().getUserMedia(constraints);
  const [track] = stream.getTracks();
  if (track === undefined) throw new DOMException("the browser gave no track", "NotFoundError");
  return track;
}
