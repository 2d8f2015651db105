import { errorName } from "./errors";
import { Store } from "./store";

/** Why a microphone, camera or screen could not be had. */
export type DeviceProblem = "denied" | "missing" | "inUse" | "unsupported" | "unknown";

export interface Device {
  id: string;
  /** Empty until the person has allowed access once. */
  label: string;
  /** Devices of one piece of hardware share it. */
  group: string;
}

export interface Devices {
  microphones: readonly Device[];
  cameras: readonly Device[];
}

const PROBLEMS: Record<string, DeviceProblem> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "inUse",
  AbortError: "inUse",
  NotSupportedError: "unsupported",
  TypeError: "unsupported",
};

/** What the browser's refusal means; it comes as a DOMException or, for wrong constraints, as a TypeError. */
export function problemOf(error: unknown): DeviceProblem {
  return PROBLEMS[errorName(error)] ?? "unknown";
}

/** The browser's media devices; a page that is not from a secure origin has none. */
export function mediaDevices(): MediaDevices {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new DOMException("media devices need a secure page", "NotSupportedError");
  return devices;
}

/** The microphones and cameras there are, kept up to date as they come and go. */
export class DeviceList extends Store<Devices> {
  constructor() {
    super({ microphones: [], cameras: [] });
  }

  /** Begins to follow the devices; answers with the function that ends that. */
  follow(onChange: () => void): () => void {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) return () => undefined;
    const refresh = () => {
      void this.refresh().then(onChange);
    };
    devices.addEventListener("devicechange", refresh);
    void this.refresh();
    return () => {
      devices.removeEventListener("devicechange", refresh);
    };
  }

  async refresh(): Promise<void> {
    try {
      const found = await mediaDevices().enumerateDevices();
      this.set({ microphones: ofKind(found, "audioinput"), cameras: ofKind(found, "videoinput") });
    } catch {
      this.set({ microphones: [], cameras: [] });
    }
  }
}

function ofKind(found: readonly MediaDeviceInfo[], kind: MediaDeviceKind): Device[] {
  return found
    .filter((device) => device.kind === kind && device.deviceId !== "")
    .map((device) => ({ id: device.deviceId, label: device.label, group: device.groupId }));
}
