/** Where the person is: `/` or a meeting. Two routes need no router. */
export type Route = { page: "landing"; problem?: "invalidMeeting" } | MeetingRoute;

export interface MeetingRoute {
  page: "meeting";
  meeting: string;
  /** From `#token=`, the join link of a tenant. */
  token: string | null;
  /** From `?name=`. */
  name: string | null;
  /** From `?autojoin=1`: join at once, with microphone and camera on. */
  autojoin: boolean;
}

const MEETING_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
export const MAX_NAME_CHARACTERS = 80;

export function parseRoute(location: Pick<Location, "pathname" | "search" | "hash">): Route {
  if (location.pathname === "/") return { page: "landing" };
  const meeting = /^\/m\/([^/]+)\/?$/.exec(location.pathname)?.[1];
  if (meeting === undefined || !MEETING_ID.test(meeting)) return { page: "landing", problem: "invalidMeeting" };
  const query = new URLSearchParams(location.search);
  const name = query.get("name")?.trim().slice(0, MAX_NAME_CHARACTERS) ?? "";
  return {
    page: "meeting",
    meeting,
    token: new URLSearchParams(location.hash.slice(1)).get("token"),
    name: name === "" ? null : name,
    autojoin: query.get("autojoin") === "1",
  };
}

/** The path (with the token, if there is one) to which a typed code or a pasted link leads, or null when it is neither. */
export function meetingPath(codeOrLink: string): string | null {
  const text = codeOrLink.trim();
  if (MEETING_ID.test(text)) return `/m/${text}`;
  let link: URL;
  try {
    link = new URL(text);
  } catch {
    return null;
  }
  const route = parseRoute(link);
  return route.page === "meeting" ? link.pathname + link.search + link.hash : null;
}

/** Takes the token out of the address bar, where a screen share or the history would show it. */
export function stripToken(window: Pick<Window, "location" | "history">): void {
  const { pathname, search } = window.location;
  window.history.replaceState(null, "", pathname + search);
}
