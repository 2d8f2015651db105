import type { HostProblem } from "../core/hosting";
import type { Role } from "../generated/protocol";

const roles: Record<Role, string> = {
  host: "Host",
  coHost: "Co-host",
  presenter: "Presenter",
  attendee: "Attendee",
  viewer: "Viewer",
};

const articles: Record<Role, string> = {
  host: "a host",
  coHost: "a co-host",
  presenter: "a presenter",
  attendee: "an attendee",
  viewer: "a viewer",
};

const problems: Record<HostProblem, string> = {
  notAllowed: "That was refused: only those who run the meeting may do it, and only a host may do it to a host.",
  gone: "That person is not there any more.",
  changed: "Somebody else has just changed the same. Look again, and try again.",
  tooMany: "That was too much at once. Wait a moment, then try again.",
  expired: "Your join link has expired, so the meeting does not know you as a host any more. Open a new one.",
  noMeeting: "There is no such meeting, or it is no breakout room of this one.",
  full: "That meeting is full.",
  away: "That person has no connection just now. Try again in a moment.",
  unreachable: "The meeting service did not answer. Try again.",
  refused: "The meeting service refused to do that.",
};

/** The words of what those who run a meeting do in it, in English. */
export const hosting = {
  roles,
  lobby: {
    title: (count: number) => `Waiting to join (${count})`,
    hint: (name: string, others: number) => (others === 0 ? `${name} is waiting to join` : `${name} and ${others} more are waiting to join`),
    view: "View",
    admit: "Let in",
    admitNamed: (name: string) => `Let ${name} in`,
    deny: "Decline",
    denyNamed: (name: string) => `Decline ${name}`,
    admitAll: "Let everyone in",
  },
  lock: "Lock meeting",
  lockHint: "Nobody new gets in",
  locked: "The meeting is locked: nobody new gets in",
  muteAll: "Mute all",
  confirmMuteAll: {
    title: "Mute everyone?",
    body: "Everyone is muted but those who run the meeting. Each can unmute again.",
    confirm: "Mute everyone",
  },
  more: (name: string) => `More about ${name}`,
  mute: "Mute",
  stopCamera: "Turn camera off",
  stopScreen: "Stop screen share",
  role: "Role",
  remove: "Remove from the meeting…",
  confirmRemove: {
    title: (name: string) => `Remove ${name}?`,
    body: "They leave at once, and need a new join link to come back.",
    ban: "Do not let them come back",
    confirm: "Remove",
  },
  move: "Move to another meeting…",
  moveTo: {
    title: (name: string) => `Move ${name} to another meeting?`,
    label: "Code or link of the meeting",
    hint: "This meeting's breakout rooms, or from one of them the main meeting. Camera and microphone go on as they are.",
    invalid: "This is no code or link of a meeting here.",
    confirm: "Move",
  },
  leave: {
    title: "Leave the meeting?",
    body: "You can leave and let it go on, or end it for everybody.",
    leave: "Leave",
    end: "End for everyone",
  },
  cancel: "Cancel",
  done: {
    denied: (name: string) => `You declined ${name}`,
    roleChanged: (name: string, role: Role) => `${name} is now ${articles[role]}`,
  },
  undo: { denied: "Let in after all", roleChanged: "Undo" },
  notices: {
    lockChanged: (locked: boolean) => (locked ? "The host has locked the meeting" : "The meeting is not locked any more"),
    turnedOff: {
      microphone: "The host has muted you. You can unmute when you want to speak.",
      camera: "The host has turned your camera off.",
      screen: "The host has ended your screen share.",
    },
    roleChanged: (role: Role) => `The host has made you ${articles[role]}`,
    grantsChanged: "The host has changed what you may do in this meeting",
    waiting: (name: string, count: number) => `${name} is waiting to join${count > 1 ? `, ${count} people in all` : ""}`,
    moved: (title: string) => `You have been moved to ${title}`,
    mutedAll: "You have muted everyone",
    refused: (problem: HostProblem) => problems[problem],
  },
};
