import type { JoinAnswer } from "./api";
import type { LocalMedia } from "./localMedia";
import type { Phase } from "./phase";

export interface EntryParts {
  media: LocalMedia;
  /** Whether one was moved here in the middle of a call: then microphone and camera stay as they were. */
  isMovedHere?: boolean;
}

/** Turns the microphone off before anything is offered, where the meeting asks for it; not after a reconnection. */
export function muteOnEntry(answer: JoinAnswer, phase: Phase, { media, isMovedHere = false }: EntryParts): void {
  const isEntry = phase.name === "connecting" && !isMovedHere;
  if (answer.session.muteOnEntry && isEntry) void media.microphone.setOn(false);
}
