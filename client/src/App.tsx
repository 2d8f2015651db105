import type { Route } from "./core/route";
import type { MeetingSession } from "./core/session";
import type { SignIn } from "./core/signIn";
import { SessionContext } from "./hooks/session";
import { LandingPage } from "./pages/LandingPage";
import { MeetingPage } from "./pages/MeetingPage";
import { SignedInPage } from "./pages/SignedInPage";

interface AppProps {
  route: Route;
  session: MeetingSession | null;
  signIn: SignIn;
}

export function App({ route, session, signIn }: AppProps) {
  if (route.page === "signedIn") return <SignedInPage signIn={signIn} />;
  if (session === null) return <LandingPage wrongAddress={route.page === "landing" && route.problem !== undefined} />;
  return (
    <SessionContext value={session}>
      <MeetingPage />
    </SessionContext>
  );
}
