import { makeStyles } from "@fluentui/react-components";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { HostControls } from "./HostControls";
import { LobbySection } from "./LobbySection";
import { PeopleList } from "./PeopleList";

const useStyles = makeStyles({
  scroll: { flexGrow: 1, minBlockSize: 0, overflowY: "auto" },
});

/** Everyone in the meeting and, for those who moderate, who waits and what can be done. */
export function PeoplePanel() {
  const styles = useStyles();
  const { meeting } = useSession();
  const moderates = useStore(meeting.self)?.grants.moderate === true;
  return (
    <>
      {moderates && <HostControls />}
      <div className={styles.scroll}>
        {moderates && <LobbySection />}
        <PeopleList />
      </div>
    </>
  );
}
