import { Button, makeStyles, Switch, tokens, useRestoreFocusTarget } from "@fluentui/react-components";
import { MicOffRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { ConfirmDialog } from "./ConfirmDialog";

const words = strings.hosting;

const useStyles = makeStyles({
  controls: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: "8px",
    padding: "0 20px 8px 12px",
    boxShadow: `0 1px ${tokens.colorNeutralStroke3}`,
    marginBlockEnd: "8px",
  },
  muteAll: { flexShrink: 0 },
});

/** What those who moderate do to the meeting as a whole. */
export function HostControls() {
  const styles = useStyles();
  const { meeting } = useSession();
  const locked = useStore(meeting.locked);
  const [asking, setAsking] = useState(false);
  const restoresFocus = useRestoreFocusTarget();
  return (
    <div className={styles.controls}>
      <Switch
        label={words.lock}
        title={words.lockHint}
        checked={locked}
        data-testid="host-lock"
        onChange={(_, { checked }) => void meeting.hosting.lock(checked)}
      />
      <Button
        className={styles.muteAll}
        icon={<MicOffRegular />}
        data-testid="host-mute-all"
        {...restoresFocus}
        onClick={() => {
          setAsking(true);
        }}
      >
        {words.muteAll}
      </Button>
      <ConfirmDialog
        open={asking}
        title={words.confirmMuteAll.title}
        confirm={words.confirmMuteAll.confirm}
        onConfirm={() => void meeting.hosting.muteAll()}
        onClose={() => {
          setAsking(false);
        }}
      >
        {words.confirmMuteAll.body}
      </ConfirmDialog>
    </div>
  );
}
