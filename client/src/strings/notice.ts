import type { Notice } from "../core/notices";
import { strings } from "./index";

/** A notice in words. */
export function noticeText(notice: Notice): string {
  const words = strings.notices;
  switch (notice.type) {
    case "participantJoined":
    case "participantLeft":
    case "screenStarted":
    case "screenStopped":
      return words[notice.type](notice.name);
    case "titleChanged":
      return words.titleChanged(notice.title);
    case "toggled":
      return words.toggled[notice.source](notice.on);
    case "deviceReplaced":
      return words.deviceReplaced(notice.device, notice.by);
    case "deviceLost":
      return words.deviceLost(notice.device, notice.problem);
    case "screenFailed":
      return words.screenFailed;
    case "refused":
      return words.refused[notice.source];
  }
}
