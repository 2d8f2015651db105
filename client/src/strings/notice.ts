import type { Notice } from "../core/notices";
import { strings } from "./index";

const LONGEST_QUOTE = 140;

/**
 * A notice in words, as plain text. Names and what people write stand between marks that keep their direction of
 * writing to themselves (Unicode TR 9, FSI and PDI).
 */
export function noticeText(notice: Notice): string {
  const words = strings.notices;
  const ofHosts = strings.hosting.notices;
  switch (notice.type) {
    case "participantJoined":
    case "participantLeft":
    case "screenStarted":
    case "screenStopped":
      return words[notice.type](isolated(notice.name));
    case "titleChanged":
      return words.titleChanged(isolated(notice.title));
    case "toggled":
      return words.toggled[notice.source](notice.on);
    case "deviceReplaced":
      return words.deviceReplaced(notice.device, notice.by);
    case "deviceLost":
      return words.deviceLost(notice.device, notice.problem);
    case "screenFailed":
      return words.screenFailed(notice.problem);
    case "chatReceived":
      return words.chatReceived(isolated(notice.name), isolated(shortened(notice.text)));
    case "refused":
      return words.refused[notice.source];
    case "lockChanged":
      return ofHosts.lockChanged(notice.locked);
    case "turnedOff":
      return ofHosts.turnedOff[notice.source];
    case "roleChanged":
      return ofHosts.roleChanged(notice.role);
    case "moved":
      return ofHosts.moved(isolated(notice.title));
    case "waiting":
      return ofHosts.waiting(isolated(notice.name), notice.count);
    case "hostRefused":
      return ofHosts.refused(notice.problem);
    case "grantsChanged":
    case "mutedAll":
      return ofHosts[notice.type];
  }
}

function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

function shortened(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
