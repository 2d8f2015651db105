import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { LinkRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  alone: {
    position: "absolute",
    insetBlockStart: "28px",
    insetInline: 0,
    marginInline: "auto",
    inlineSize: "fit-content",
    display: "flex",
    alignItems: "center",
    gap: "16px",
    padding: "10px 10px 10px 20px",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: "rgba(27, 31, 39, 0.92)",
    boxShadow: tokens.shadow16,
  },
});

/** Helps the first to come to bring the others: the meeting's address, which holds no token. */
export function Alone() {
  const styles = useStyles();
  const { meeting, route } = useSession();
  const { participants } = useStore(meeting.roster);
  const [copied, setCopied] = useState(false);
  if (participants.size > 1) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(`${window.location.origin}/m/${route.meeting}`);
    setCopied(true);
  };
  return (
    <div className={styles.alone} role="status">
      <Text>{strings.call.alone}</Text>
      <Button icon={<LinkRegular />} onClick={() => void copy()}>
        {copied ? strings.call.linkCopied : strings.call.copyLink}
      </Button>
    </div>
  );
}
