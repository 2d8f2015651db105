import type { DeviceProblem } from "../core/devices";
import type { JoinStep } from "../core/errors";
import type { LossCause } from "../core/phase";
import { ended } from "./en.ended";
import { hosting } from "./en.hosting";

const device = { microphone: "Microphone", camera: "Camera" } as const;

const deviceProblems: Record<DeviceProblem, (what: string) => string> = {
  denied: (what) => `${what} is blocked. Allow it from the icon in the address bar, then turn it on.`,
  missing: (what) => `No ${what.toLowerCase()} found. Plug one in, then turn it on.`,
  inUse: (what) => `${what} is in use by another program. Close that program, then turn it on.`,
  unsupported: (what) => `${what} is not available to this page. Open it over https or on localhost.`,
  unknown: (what) => `${what} did not start. Try another one.`,
};

const screenProblems: Record<DeviceProblem, string> = {
  denied: "Sharing the screen is blocked. Allow it in the settings of the browser or of the system.",
  missing: "There is no screen or window to share.",
  inUse: "The system did not give the screen to the browser. Allow screen recording for it in the system's settings.",
  unsupported: "This browser cannot share a screen. Try another one, or a computer.",
  unknown: "The screen could not be shared.",
};

const steps: Record<JoinStep, string> = {
  api: "Reaching the meeting service",
  signalling: "Opening the signalling connection",
  ice: "Finding a path for sound and video",
  media: "Securing sound and video",
};

const losses: Record<LossCause, string> = {
  network: "Your connection is weak. Restoring sound and video…",
  signalling: "The connection to the meeting broke. Joining again…",
  node: "The media server stopped answering. Joining again…",
  move: "Moving to another media server…",
  role: "The host has changed your role. Joining again with it…",
};

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

/** By the viewer's own clock. */
const clock = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
const day = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });

/** The day only where it is not today's, and the year never: nobody comes a year early. */
function momentText(moment: Date): string {
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? `at ${clock.format(moment)}` : `on ${day.format(moment)} at ${clock.format(moment)}`;
}

/** Of a reminder. */
function comesOn(moment: Date): string {
  return `It comes ${momentText(moment)}, also when this page is closed.`;
}

/** Below a megabit in whole kilobits. */
function bitrate(bitsPerSecond: number): string {
  const kilobits = Math.round(bitsPerSecond / 1_000);
  return kilobits < 1_000 ? `${whole.format(kilobits)} kbit/s` : `${tenths.format(kilobits / 1_000)} Mbit/s`;
}

/** Every word the client shows, in English. */
export const en = {
  direction: "ltr" as "ltr" | "rtl",
  product: "Parley",
  landing: {
    title: "Meet on your own terms",
    lead: "Video meetings that run in your own cloud, or on your own laptop.",
    field: "Meeting code or link",
    placeholder: "demo",
    join: "Continue",
    invalid: "This is neither a meeting code nor a link to a meeting.",
    otherHost: (host: string) => `That meeting is at ${host}, not here. Open the link itself in the address bar.`,
    notFound: "This address leads to no meeting. Look at your invitation again, or ask who invited you.",
  },
  prejoin: {
    title: (meeting: string) => `Join ${meeting}`,
    name: "Your name",
    nameFrom: { link: "The name comes from your join link.", signIn: "The name comes from your sign-in." },
    join: "Join now",
    cameraOff: "Camera is off",
    cameraOpening: "Starting the camera…",
    microphone: "Microphone",
    camera: "Camera",
    sendHeight: "Send at most",
    noDevices: "You can join without a microphone or camera.",
    level: "Microphone level",
    systemDefault: "System default",
    unnamed: (kind: string, number: number) => `${kind} ${number}`,
    preview: "Your camera",
    asking: "Your browser asks for the microphone and camera. You can also join without them.",
  },
  signIn: {
    signIn: "Sign in",
    signedIn: "Signed in",
    signedInAs: (name: string) => `Signed in as ${name}`,
    signOut: "Sign out",
    mayBeEnough: "If you belong to the organisation that holds it, signing in may be enough.",
    finishing: "Signing you in…",
    failed: "Signing in did not work",
    failedBody: "It was cancelled, took too long, or the sign-in page could not be reached. Open the meeting's link to try again.",
  },
  connecting: {
    title: "Joining the meeting",
    steps,
    retrying: (failures: number) => `That did not work; trying again (${failures}).`,
    cancel: "Cancel",
  },
  waiting: {
    title: (meeting: string) => `Waiting to join ${meeting}`,
    forDecision: "The host knows that you are here, and will let you in.",
    forHost: "The meeting begins when the host is there.",
    next: "You need not do anything. Until you are let in, nobody in the meeting sees or hears you.",
    leave: "Leave",
  },
  hosting,
  reminder: {
    label: "Remind me by a notification",
    off: comesOn,
    on: comesOn,
    subscribing: () => "One moment…",
    denied: () => "Notifications are blocked. Allow them from the icon in the address bar, then switch this on again.",
    unsupported: () => "This browser cannot remind you by a notification. Another one can: open your invitation there.",
    failed: "That did not work. Check your connection, and try again.",
  },
  notOpen: {
    title: "You are early",
    opens: (moment: Date) => `This meeting opens ${momentText(moment)}.`,
    starts: (moment: Date) => `It begins at ${clock.format(moment)}.`,
    stay: "Keep this page open: it joins by itself then.",
    comeBack: "Come back by your invitation then: the link that brought you here will have expired.",
    tryNow: "Try now",
  },
  call: {
    stage: "Participants",
    you: (name: string) => `${name} (you)`,
    screenOf: (name: string) => `${name}'s screen`,
    yourScreen: "Your screen",
    alone: "You are the only one here",
    copyLink: "Copy meeting link",
    linkCopied: "Link copied",
    pin: (name: string) => `Show ${name} large`,
    unpin: (name: string) => `Show ${name} with the others`,
    muted: "Microphone is off",
    undecodable: (codec: string) => `Your browser cannot show this picture (${codec}).`,
    speaking: "Speaking",
    previousPage: "Previous page",
    nextPage: "Next page",
    page: (page: number, pages: number) => `Page ${page} of ${pages}`,
    audioBlocked: "Your browser blocks sound.",
    hear: "Tap to hear the others",
  },
  controls: {
    bar: "Meeting controls",
    microphone: "Microphone",
    camera: "Camera",
    screen: "Screen share",
    muteMicrophone: "Mute",
    unmuteMicrophone: "Unmute",
    cameraOff: "Turn camera off",
    cameraOn: "Turn camera on",
    shareScreen: "Share screen",
    stopSharing: "Stop sharing",
    cannotShare: "This browser cannot share a screen",
    people: (waiting: number) => (waiting === 0 ? "People" : `People, ${waiting} waiting to join`),
    chat: (unread: number) => (unread === 0 ? "Chat" : `Chat, ${unread} unread`),
    view: { grid: "Grid view", speaker: "Speaker view" },
    settings: "Settings",
    leave: "Leave",
  },
  panels: {
    close: "Close",
    people: (count: number) => `People (${count})`,
    chat: "Chat",
    noMessages: "No messages yet. Everyone in the meeting sees what you write.",
    message: "Message everyone",
    send: "Send",
    sending: "Sending…",
    notSent: "Not sent.",
    retry: "Try again",
    you: "You",
    unavailable: "Chat is unavailable, reconnecting…",
    settings: "Settings",
    muted: "Microphone off",
    unmuted: "Microphone on",
    cameraOff: "Camera off",
    cameraOn: "Camera on",
    sharing: "Sharing a screen",
  },
  connection: {
    title: "Connection details",
    quality: {
      good: "Connection is good",
      poor: "Connection is poor",
      lost: "Connection is lost",
    },
    waiting: "Measuring…",
    unknown: "Not known yet",
    roundTrip: "Round trip",
    transport: "Transport",
    transports: { udp: "UDP", tcp: "TCP, because UDP does not get through" },
    sending: "Sending",
    receiving: "Receiving",
    estimate: "Room for receiving",
    sent: "What you send",
    received: "What you receive",
    nothing: "Nothing now",
    milliseconds: (count: number) => `${whole.format(count)} ms`,
    bitrate,
    loss: (ratio: number) => `${percent.format(ratio)} lost`,
    height: (pixels: number) => `${pixels}p`,
    layer: (name: string) => `layer ${name}`,
    paused: "paused, nobody needs it",
    freezes: (count: number) => (count === 1 ? "1 freeze" : `${whole.format(count)} freezes`),
    of: (source: string, name: string) => `${name}: ${source.toLowerCase()}`,
    source: { camera: "Camera", microphone: "Microphone", screen: "Screen", screenAudio: "Sound of the screen" },
  },
  reconnecting: losses,
  ended,
  notices: {
    participantJoined: (name: string) => `${name} joined`,
    participantLeft: (name: string) => `${name} left`,
    screenStarted: (name: string) => `${name} is sharing a screen`,
    screenStopped: (name: string) => `${name} stopped sharing`,
    titleChanged: (title: string) => `The meeting is now called ${title}`,
    toggled: {
      microphone: (on: boolean) => (on ? "Microphone on" : "Microphone off"),
      camera: (on: boolean) => (on ? "Camera on" : "Camera off"),
      screen: (on: boolean) => (on ? "You are sharing your screen" : "You are not sharing your screen"),
    },
    deviceReplaced: (kind: keyof typeof device, by: string) => `${device[kind]} went away: now using ${by}`,
    deviceLost: (kind: keyof typeof device, problem: DeviceProblem) => deviceProblems[problem](device[kind]),
    screenFailed: (problem: DeviceProblem) => screenProblems[problem],
    chatReceived: (name: string, text: string) => `${name}: ${text}`,
    refused: {
      camera: "The meeting did not take your camera.",
      microphone: "The meeting did not take your microphone.",
      screen: "The meeting did not take your screen.",
      screenAudio: "The meeting did not take the sound of your screen.",
    },
  },
  deviceProblem: (kind: keyof typeof device, problem: DeviceProblem) => deviceProblems[problem](device[kind]),
};

export type Strings = typeof en;
