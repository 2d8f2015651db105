import { createContext, useContext } from "react";
import type { MeetingSession } from "../core/session";

export const SessionContext = createContext<MeetingSession | null>(null);

/** The meeting of this page. */
export function useSession(): MeetingSession {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is for components inside a meeting");
  return session;
}
