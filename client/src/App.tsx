import type { Route } from "./core/route";
import type { SignIn } from "./core/signIn";
import type { Visit } from "./core/visit";
import { SessionContext } from "./hooks/session";
import { useStore } from "./hooks/useStore";
import { LandingPage } from "./pages/LandingPage";
import { MeetingPage } from "./pages/MeetingPage";
import { SignedInPage } from "./pages/SignedInPage";

interface AppProps {
  route: Route;
  visit: Visit | null;
  signIn: SignIn;
}

export function App({ route, visit, signIn }: AppProps) {
  if (route.page === "signedIn") return <SignedInPage signIn={signIn} />;
  if (visit === null) return <LandingPage wrongAddress={route.page === "landing" && route.problem !== undefined} />;
  return <Meetings visit={visit} />;
}

function Meetings({ visit }: { visit: Visit }) {
  const session = useStore(visit.session);
  return (
    <SessionContext key={session.route.meeting} value={session}>
      <MeetingPage />
    </SessionContext>
  );
}
