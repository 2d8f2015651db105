import type { JoinAnswer } from "./api";
import type { LocalMedia } from "./localMedia";
import type { Phase } from "./phase";

/** Turns the microphone off before anything is offered, where the meeting asks for it; not after a reconnection. */
export function muteOnEntry(answer: JoinAnswer, phase: Phase, media: LocalMedia): void {
  if (answer.session.muteOnEntry && phase.name === "connecting") void media.microphone.setOn(false);
}
