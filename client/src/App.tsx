import type { Route } from "./core/route";
import type { MeetingSession } from "./core/session";
import { SessionContext } from "./hooks/session";
import { LandingPage } from "./pages/LandingPage";
import { MeetingPage } from "./pages/MeetingPage";

export function App({ route, session }: { route: Route; session: MeetingSession | null }) {
  if (session === null) return <LandingPage wrongAddress={route.page === "landing" && route.problem !== undefined} />;
  return (
    <SessionContext value={session}>
      <MeetingPage />
    </SessionContext>
  );
}
