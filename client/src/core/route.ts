import { parseCodec, type VideoCodec } from "./codecs";
import { SIGNED_IN_PATH } from "./oidc";

/** Where the person is: `/`, a meeting, or on the way back from signing in. Three routes need no router. */
export type Route = { page: "landing"; problem?: "invalidMeeting" } | { page: "signedIn" } | MeetingRoute;

export interface MeetingRoute {
  page: "meeting";
  meeting: string;
  /** From `#token=`, the join link of a tenant. */
  token: string | null;
  /** From `#invitation=`, the lasting link of an invitee. */
  invitation: string | null;
  /** From `?name=`. */
  name: string | null;
  /** From `?autojoin=1`: join at once, with microphone and camera on. */
  autojoin: boolean;
  /** From `?codec=`: what to send the camera in from now on. */
  codec: VideoCodec | null;
}

const MEETING_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
export const MAX_NAME_CHARACTERS = 80;

export function parseRoute(location: Pick<Location, "pathname" | "search" | "hash">): Route {
  if (location.pathname === "/") return { page: "landing" };
  if (location.pathname === SIGNED_IN_PATH) return { page: "signedIn" };
  const meeting = /^\/m\/([^/]+)\/?$/.exec(location.pathname)?.[1];
  if (meeting === undefined || !MEETING_ID.test(meeting)) return { page: "landing", problem: "invalidMeeting" };
  const query = new URLSearchParams(location.search);
  const secrets = new URLSearchParams(location.hash.slice(1));
  const name = query.get("name")?.trim().slice(0, MAX_NAME_CHARACTERS) ?? "";
  return {
    page: "meeting",
    meeting,
    token: secrets.get("token"),
    invitation: secrets.get("invitation"),
    name: name === "" ? null : name,
    autojoin: query.get("autojoin") === "1",
    codec: parseCodec(query.get("codec")),
  };
}

/** Where a typed code or a pasted link leads: a path here, or why it leads nowhere. */
export type Destination = { path: string } | { problem: "invalid" } | { problem: "otherHost"; host: string };

/**
 * Understands a meeting's code, a link with or without `https://`, and a path.
 *
 * A link to another host is not followed: the person meant to stay here, and it may hold a token for there.
 */
export function destinationOf(codeOrLink: string, here: Pick<Location, "origin" | "host" | "protocol">): Destination {
  const text = codeOrLink.trim().replace(/^([^/]+)\/$/, "$1");
  if (MEETING_ID.test(text)) return { path: `/m/${text}` };
  const link = parseLink(text, here);
  if (link === null || parseRoute(link).page !== "meeting") return { problem: "invalid" };
  if (link.host !== here.host) return { problem: "otherHost", host: link.host };
  return { path: link.pathname + link.search + link.hash };
}

/** The meeting that a typed code or a pasted link means; null where that is none here. */
export function meetingOf(codeOrLink: string, here: Pick<Location, "origin" | "host" | "protocol">): string | null {
  const destination = destinationOf(codeOrLink, here);
  if (!("path" in destination)) return null;
  const route = parseRoute(new URL(destination.path, here.origin));
  return route.page === "meeting" ? route.meeting : null;
}

function parseLink(text: string, { origin, protocol }: Pick<Location, "origin" | "protocol">): URL | null {
  const isComplete = /^https?:\/\//i.test(text);
  try {
    if (isComplete || text.startsWith("/")) return new URL(text, origin);
    return new URL(`${protocol}//${text}`);
  } catch {
    return null;
  }
}

/** Takes the token out of the address bar, where a screen share or the history would show it. */
export function stripToken(window: Pick<Window, "location" | "history">): void {
  const { pathname, search } = window.location;
  window.history.replaceState(null, "", pathname + search);
}
