import { LiveRegion } from "../components/LiveRegion";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { CallPage } from "./CallPage";
import { ConnectingPage } from "./ConnectingPage";
import { EndedPage } from "./EndedPage";
import { NotOpenPage } from "./NotOpenPage";
import { PrejoinPage } from "./PrejoinPage";
import { WaitingPage } from "./WaitingPage";

/** The page that belongs to where one is in the meeting. */
export function MeetingPage() {
  const phase = useStore(useSession().meeting.phase);
  return (
    <>
      <LiveRegion />
      {phase.name === "idle" && <PrejoinPage />}
      {phase.name === "connecting" && <ConnectingPage phase={phase} />}
      {phase.name === "waiting" && <WaitingPage phase={phase} />}
      {(phase.name === "connected" || phase.name === "reconnecting") && <CallPage phase={phase} />}
      {phase.name === "ended" && (phase.opening ? <NotOpenPage opening={phase.opening} /> : <EndedPage phase={phase} />)}
    </>
  );
}
