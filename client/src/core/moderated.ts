import type { GrantsChanged, SourcesMuted } from "../generated/protocol";
import type { Self } from "./content";
import type { LocalMedia } from "./localMedia";
import type { Store } from "./store";

/** Does what a moderator has decided on oneself; answers whether that takes a new Peer, since more may be sent now. */
export function obey(message: GrantsChanged | SourcesMuted, self: Store<Self | null>, media: LocalMedia): boolean {
  const before = self.value;
  if (before === null) return false;
  if (message.type === "sourcesMuted") {
    if (!message.everyone || !before.grants.moderate) turnOff(message.sources, media);
    return false;
  }
  const { role, grants } = message;
  self.set({ ...before, role, grants });
  turnOff(before.grants.publish.filter((source) => !grants.publish.includes(source)), media);
  return grants.publish.some((source) => !before.grants.publish.includes(source));
}

function turnOff(sources: readonly string[], { microphone, camera, screen }: LocalMedia): void {
  if (sources.includes("microphone")) void microphone.setOn(false);
  if (sources.includes("camera")) void camera.setOn(false);
  if (sources.includes("screen")) screen.stop();
}
