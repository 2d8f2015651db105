import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import type { Notice } from "../core/notices";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { noticeText } from "../strings/notice";

const SHOWN_FOR_MS = 4_000;
const SHOWN_AT_ONCE = 3;

const useStyles = makeStyles({
  toasts: {
    alignSelf: "flex-end",
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-end",
    gap: "8px",
  },
  toast: {
    padding: "8px 14px",
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
    maxInlineSize: "320px",
    overflowWrap: "anywhere",
  },
});

/** Shows what happened for a few seconds. The live region reads it out, so these are hidden from screen readers. */
export function NoticeToasts() {
  const styles = useStyles();
  const session = useSession();
  const notices = useStore(session.notices);
  const { unread } = useStore(session.meeting.chat.state);
  const newest = notices.at(-1)?.id ?? 0;
  const [seen, setSeen] = useState(newest);
  useEffect(() => {
    // Not cleared by the next notice: each has its own few seconds.
    setTimeout(() => {
      setSeen((seenBefore) => Math.max(seenBefore, newest));
    }, SHOWN_FOR_MS);
  }, [newest]);
  const shown = notices.filter(({ id, notice }) => id > seen && !isSeenElsewhere(notice, unread)).slice(-SHOWN_AT_ONCE);
  return (
    <div className={styles.toasts} aria-hidden="true">
      {shown.map(({ id, notice }) => (
        <div key={id} className={styles.toast}>
          {noticeText(notice)}
        </div>
      ))}
    </div>
  );
}

/** What one toggled oneself is seen at the button, who waits in a hint of its own, and a message that was read, in the chat. */
function isSeenElsewhere({ type }: Notice, unread: number): boolean {
  return type === "toggled" || type === "waiting" || (type === "chatReceived" && unread === 0);
}
