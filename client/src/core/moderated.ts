import type { GrantsChanged, SourcesMuted } from "../generated/protocol";
import type { Self } from "./content";
import type { LocalMedia } from "./localMedia";
import type { Notices } from "./notices";
import type { Store } from "./store";

interface Moderated {
  self: Store<Self | null>;
  media: LocalMedia;
  notices: Notices;
}

/** Does what a moderator has decided on oneself; answers whether that takes a new Peer, since more may be sent now. */
export function obey(message: GrantsChanged | SourcesMuted, moderated: Moderated): boolean {
  const before = moderated.self.value;
  if (before === null) return false;
  if (message.type === "grantsChanged") return takeGrants(message, before, moderated);
  if (!message.everyone || !before.grants.moderate) turnOff(message.sources, moderated);
  return false;
}

function takeGrants({ role, grants }: GrantsChanged, before: Self, moderated: Moderated): boolean {
  moderated.self.set({ ...before, role, grants });
  moderated.notices.add(role === before.role ? { type: "grantsChanged" } : { type: "roleChanged", role });
  turnOff(before.grants.publish.filter((source) => !grants.publish.includes(source)), moderated);
  return grants.publish.some((source) => !before.grants.publish.includes(source));
}

/** Says so only of what was on. */
function turnOff(sources: readonly string[], { media, notices }: Moderated): void {
  for (const source of ["microphone", "camera"] as const) {
    if (!sources.includes(source) || !media[source].state.value.on) continue;
    void media[source].setOn(false);
    notices.add({ type: "turnedOff", source });
  }
  if (!sources.includes("screen") || media.screen.state.value.video === null) return;
  media.screen.stop();
  notices.add({ type: "turnedOff", source: "screen" });
}
