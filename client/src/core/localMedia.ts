import type { Source } from "../generated/protocol";
import { Capture, type CaptureKind, type Fallback } from "./capture";
import { DeviceList, mediaDevices } from "./devices";
import { ScreenShare } from "./screenShare";
import type { SendHeight, SettingsStore } from "./settings";

/** A track that could be sent, and whether others may hear or see it. */
export interface LocalTrack {
  track: MediaStreamTrack | null;
  muted: boolean;
}

export type LocalTracks = Record<Source, LocalTrack>;

/** The person's own microphone, camera and screen: the same through prejoin, call and every reconnection. */
export class LocalMedia {
  readonly devices = new DeviceList();
  readonly microphone: Capture;
  readonly camera: Capture;
  readonly screen = new ScreenShare();
  readonly #settings: SettingsStore;

  constructor(settings: SettingsStore, onFallback: (kind: CaptureKind["name"], fallback: Fallback) => void) {
    this.#settings = settings;
    const { microphoneId, cameraId } = settings.value;
    this.microphone = new Capture(MICROPHONE, microphoneId, (fallback) => {
      onFallback("microphone", fallback);
    });
    this.camera = new Capture(cameraKind(settings), cameraId, (fallback) => {
      onFallback("camera", fallback);
    });
  }

  /** Begins to follow devices that come and go; answers with the function that ends that. */
  follow(): () => void {
    return this.devices.follow(() => {
      void this.microphone.check(this.devices.value.microphones);
      void this.camera.check(this.devices.value.cameras);
    });
  }

  /**
   * Turns microphone and camera on with one question to the person. Where that fails, as when one of the two is
   * missing, each is asked for on its own.
   */
  async startBoth(): Promise<void> {
    const captures = [this.microphone, this.camera];
    for (const capture of captures) capture.expect();
    try {
      const stream = await mediaDevices().getUserMedia({
        ...this.microphone.constraints(),
        ...this.camera.constraints(),
      });
      const [audio] = stream.getAudioTracks();
      const [video] = stream.getVideoTracks();
      if (audio !== undefined) await this.microphone.adopt(audio);
      if (video !== undefined) await this.camera.adopt(video);
    } catch {
      // Asking for each alone says which of the two it was, and why.
    }
    await Promise.all(captures.map((capture) => capture.setOn(capture.state.value.on)));
    await this.devices.refresh();
  }

  async selectMicrophone(deviceId: string): Promise<void> {
    this.#settings.change({ microphoneId: deviceId });
    await this.microphone.select(deviceId);
  }

  async selectCamera(deviceId: string): Promise<void> {
    this.#settings.change({ cameraId: deviceId });
    await this.camera.select(deviceId);
  }

  async setSendHeight(sendHeight: SendHeight): Promise<void> {
    this.#settings.change({ sendHeight });
    await this.camera.restart();
  }

  tracks(): LocalTracks {
    const [microphone, camera, screen] = [this.microphone.state.value, this.camera.state.value, this.screen.state.value];
    return {
      microphone: { track: microphone.track, muted: microphone.track === null || !microphone.on },
      camera: { track: camera.track, muted: camera.track === null },
      screen: { track: screen.video, muted: false },
      screenAudio: { track: screen.audio, muted: false },
    };
  }

  /** Calls the listener after every change of `tracks()`; answers with the function that ends that. */
  subscribe(listener: () => void): () => void {
    const stores = [this.microphone.state, this.camera.state, this.screen.state];
    const endings = stores.map((store) => store.subscribe(listener));
    return () => {
      for (const end of endings) end();
    };
  }

  async release(): Promise<void> {
    this.screen.stop();
    await Promise.all([this.microphone.release(), this.camera.release()]);
  }
}

const MICROPHONE: CaptureKind = {
  name: "microphone",
  releasesWhenOff: false,
  constraints: (deviceId) => ({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...exactly(deviceId) },
  }),
};

const cameraKind = (settings: SettingsStore): CaptureKind => ({
  name: "camera",
  releasesWhenOff: true,
  constraints: (deviceId) => {
    const height = settings.value.sendHeight;
    const width = (height * 16) / 9;
    return {
      video: { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 }, ...exactly(deviceId) },
    };
  },
});

function exactly(deviceId: string): MediaTrackConstraints {
  return deviceId === "" ? {} : { deviceId: { exact: deviceId } };
}
