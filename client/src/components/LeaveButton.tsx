import { Button, makeStyles, mergeClasses, Tooltip, tokens, useRestoreFocusTarget } from "@fluentui/react-components";
import { CallEndRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { LOW, NARROW } from "../theme";
import { useDanger } from "./danger";
import { Question } from "./Question";

const words = strings.hosting.leave;

const useStyles = makeStyles({
  leave: {
    minWidth: "48px",
    maxWidth: "48px",
    blockSize: "48px",
    [NARROW]: { minWidth: "34px", flexShrink: 1 },
    [LOW]: { blockSize: "40px" },
    borderRadius: tokens.borderRadiusXLarge,
  },
});

/** Leaves the meeting. Whoever moderates is asked whether to end it for everybody. */
export function LeaveButton() {
  const styles = useStyles();
  const danger = useDanger();
  const { meeting } = useSession();
  const moderates = useStore(meeting.self)?.grants.moderate === true;
  const [asking, setAsking] = useState(false);
  const restoresFocus = useRestoreFocusTarget();
  return (
    <>
      <Tooltip content={strings.controls.leave} relationship="label" withArrow>
        <Button
          className={mergeClasses(danger, styles.leave)}
          size="large"
          icon={<CallEndRegular />}
          data-testid="control-leave"
          {...restoresFocus}
          onClick={() => {
            if (moderates) setAsking(true);
            else meeting.leave();
          }}
        />
      </Tooltip>
      <LeaveDialog
        open={asking && moderates}
        onClose={() => {
          setAsking(false);
        }}
      />
    </>
  );
}

function LeaveDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const danger = useDanger();
  const { meeting } = useSession();
  const answers = (
    <>
      <Button onClick={onClose}>{strings.hosting.cancel}</Button>
      <Button
        className={danger}
        data-testid="leave-end"
        onClick={() => {
          onClose();
          void meeting.hosting.endForEverybody();
        }}
      >
        {words.end}
      </Button>
      <Button
        appearance="primary"
        data-testid="leave-only"
        onClick={() => {
          meeting.leave();
        }}
      >
        {words.leave}
      </Button>
    </>
  );
  return (
    <Question open={open} title={words.title} answers={answers} onClose={onClose}>
      {words.body}
    </Question>
  );
}
