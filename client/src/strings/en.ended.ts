import type { JoinStep } from "../core/errors";
import type { EndReason } from "../core/phase";

const stepFailures: Record<JoinStep, string> = {
  api: "The meeting service could not be reached.",
  signalling: "The signalling connection could not be opened. A proxy or firewall may block WebSockets.",
  ice: "No path for sound and video was found. A firewall may block the media ports.",
  media: "Sound and video could not be secured.",
};

interface Ending {
  title: string;
  body: string;
}

const endings: Record<EndReason, Ending> = {
  left: { title: "You left the meeting", body: "Come back any time while it lasts." },
  replaced: { title: "You are in this meeting in another tab", body: "This tab let go, so that others see you once." },
  removed: { title: "You were removed from the meeting", body: "The host took you out of it. To come back you need a new join link." },
  banned: { title: "You cannot join this meeting", body: "The host does not let you come back to it." },
  moved: { title: "You have been moved to another meeting", body: "This page was not told where. Ask the host for a link." },
  ended: { title: "The meeting has ended", body: "It was closed for everybody." },
  timedOut: { title: "The connection was lost", body: "Nothing was heard from this device for half a minute. Check its network, then rejoin." },
  dtlsFailed: { title: "The connection was not secure", body: "Sound and video could not be encrypted, so they were not sent. Try again, perhaps from another network." },
  nodeLost: { title: "The media server went away", body: "Joining again uses another one." },
  tokenExpired: { title: "This join link has expired", body: "Ask for a new link, or join again if the meeting is open." },
  tokenInvalid: { title: "This join link is not valid", body: "It may be incomplete, or belong to another meeting. Open it once more as it was sent, or ask for a new one." },
  needsJoinLink: { title: "This meeting needs a join link", body: "Open the link that you were sent, or ask for one." },
  meetingNotFound: { title: "There is no such meeting", body: "It may have been deleted, or the address is mistyped. Ask who invited you." },
  locked: { title: "The meeting is locked", body: "The host lets nobody new in now. Ask them to unlock it, then try again." },
  full: { title: "The meeting is full", body: "As many people as may be in it are there. Try again when somebody has left." },
  denied: { title: "You were not let in", body: "The host declined. If they change their mind, you can try again." },
  notOpen: { title: "It is not time yet", body: "The meeting lets nobody in now. Try again later." },
  over: { title: "This meeting is over", body: "It was held for the last time. Ask who invited you whether there is another." },
  refused: { title: "You could not be let in", body: "The meeting service refused to let you join. Try again; if that does not help, ask who invited you." },
  notPlayable: {
    title: "This meeting needs another app",
    body: "Sound and video are carried by a service that this page cannot play. Ask whoever invited you which app to use.",
  },
  failed: { title: "Joining did not work", body: "" },
  connectionLost: { title: "The connection was lost", body: "It could not be restored within a minute. Check your network, then rejoin." },
};

/** Why one is not in the meeting, in English. */
export const ended = {
  ...endings,
  step: stepFailures,
  carriedBy: (service: string) => `Sound and video are carried by ${service}, which this page cannot play. Ask whoever invited you which app to use.`,
  services: { acs: "Azure Communication Services", livekit: "LiveKit" },
  rejoin: "Rejoin",
  rejoinHere: "Use this tab",
  tryAgain: "Try again",
  home: "Back to the start",
  code: (code: string) => `Code for support: ${code}`,
};
