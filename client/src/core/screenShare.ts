import { type DeviceProblem, mediaDevices, problemOf } from "./devices";
import { Store } from "./store";

export interface ScreenState {
  video: MediaStreamTrack | null;
  /** The sound of the shared tab or system, where the browser offers it. */
  audio: MediaStreamTrack | null;
  choosing: boolean;
  /** Null also when the person closed the browser's chooser: changing one's mind is no problem. */
  problem: DeviceProblem | null;
}

const MAX_FRAME_RATE = 30;

/** Whether this browser can share a screen at all; those of phones cannot. */
export function canShareScreen(): boolean {
  const devices = navigator.mediaDevices as Partial<MediaDevices> | undefined;
  return typeof devices?.getDisplayMedia === "function";
}

/** The screen, window or tab that one shares. It ends by `stop` or by the browser's own bar. */
export class ScreenShare {
  readonly state = new Store<ScreenState>({ video: null, audio: null, choosing: false, problem: null });

  async start(): Promise<void> {
    if (this.state.value.video !== null || this.state.value.choosing) return;
    this.#change({ choosing: true, problem: null });
    try {
      if (!canShareScreen()) throw new DOMException("this browser shares no screen", "NotSupportedError");
      const stream = await mediaDevices().getDisplayMedia({
        video: { frameRate: { ideal: 15, max: MAX_FRAME_RATE } },
        audio: true,
      });
      this.#take(stream);
    } catch (error) {
      const problem = problemOf(error);
      this.#change({ problem: problem === "denied" ? null : problem });
    } finally {
      this.#change({ choosing: false });
    }
  }

  stop(): void {
    this.state.value.video?.stop();
    this.state.value.audio?.stop();
    this.#change({ video: null, audio: null });
  }

  #take(stream: MediaStream): void {
    const video = stream.getVideoTracks()[0] ?? null;
    // Text must stay sharp; the encoder would otherwise trade resolution for smoothness.
    if (video !== null) video.contentHint = "detail";
    video?.addEventListener("ended", () => {
      this.stop();
    });
    this.#change({ video, audio: stream.getAudioTracks()[0] ?? null });
  }

  #change(changes: Partial<ScreenState>): void {
    this.state.update((state) => ({ ...state, ...changes }));
  }
}
