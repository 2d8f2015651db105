import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { LinkRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  alone: {
    alignSelf: "center",
    pointerEvents: "auto",
    display: "flex",
    alignItems: "center",
    gap: "16px",
    minBlockSize: "52px",
    padding: "8px 20px",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: "rgba(27, 31, 39, 0.92)",
    boxShadow: tokens.shadow16,
  },
  copy: { flexShrink: 0, marginInlineEnd: "-10px" },
});

/** Helps the first to come to bring the others by the meeting's address, where that is all that they need. */
export function Alone() {
  const styles = useStyles();
  const { meeting, route, identity } = useSession();
  const { participants } = useStore(meeting.roster);
  const [copied, setCopied] = useState(false);
  if (participants.size > 1) return null;
  const addressIsEnough = identity.get()?.fromLink === false;
  const copy = async () => {
    await navigator.clipboard.writeText(`${window.location.origin}/m/${route.meeting}`);
    setCopied(true);
  };
  return (
    <div className={styles.alone} role="status">
      <Text>{strings.call.alone}</Text>
      {addressIsEnough && (
        <Button className={styles.copy} icon={<LinkRegular />} onClick={() => void copy()}>
          {copied ? strings.call.linkCopied : strings.call.copyLink}
        </Button>
      )}
    </div>
  );
}
