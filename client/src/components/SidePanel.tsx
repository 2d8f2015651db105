import { Button, makeStyles, Subtitle1, tokens } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { strings } from "../strings";

export type PanelName = "people" | "chat" | "settings";

const useStyles = makeStyles({
  panel: {
    display: "flex",
    flexDirection: "column",
    inlineSize: "340px",
    backgroundColor: tokens.colorNeutralBackground2,
    boxShadow: `0 0 0 1px ${tokens.colorNeutralStroke3}`,
    "@media (max-width: 720px)": { position: "absolute", inset: 0, inlineSize: "100%", zIndex: 2 },
  },
  header: { display: "flex", alignItems: "center", justifyContent: "space-between", padding: "12px 12px 12px 20px" },
  body: { flexGrow: 1, minBlockSize: 0, display: "flex", flexDirection: "column" },
});

interface SidePanelProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** What opens beside the stage: people, chat or settings. Escape closes it. */
export function SidePanel({ title, onClose, children }: SidePanelProps) {
  const styles = useStyles();
  return (
    <aside
      className={styles.panel}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div className={styles.header}>
        <Subtitle1 as="h2">{title}</Subtitle1>
        <Button appearance="subtle" icon={<DismissRegular />} aria-label={strings.panels.close} onClick={onClose} />
      </div>
      <div className={styles.body}>{children}</div>
    </aside>
  );
}
