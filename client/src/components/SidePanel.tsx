import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { type ReactNode, useEffect, useRef } from "react";
import { strings } from "../strings";

export type PanelName = "people" | "chat" | "settings" | "connection";

/** The DOM id of the control that opens the panel: it has the focus again when that closes. */
export function toggleId(panel: PanelName): string {
  return `toggle-${panel}`;
}

/** The DOM id of the panel's title, which takes the focus where nothing else in the panel does. */
export function titleId(panel: PanelName): string {
  return `title-${panel}`;
}

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
  title: { outlineStyle: "none" },
  body: { flexGrow: 1, minBlockSize: 0, display: "flex", flexDirection: "column" },
});

interface SidePanelProps {
  name: PanelName;
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** What opens beside the stage: people, chat, settings or connection details. It takes the focus; Escape closes it and gives it back. */
export function SidePanel({ name, title, onClose, children }: SidePanelProps) {
  const styles = useStyles();
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    // A panel with a field to write in has the focus there by now.
    if (panel.current?.contains(document.activeElement) === false) heading.current?.focus();
  }, []);
  const close = () => {
    onClose();
    document.getElementById(toggleId(name))?.focus();
  };

  return (
    <aside
      ref={panel}
      className={styles.panel}
      aria-label={title}
      onKeyDown={(event) => {
        // A dialog or menu of the panel has taken its own.
        if (event.key === "Escape" && !event.isDefaultPrevented()) close();
      }}
    >
      <div className={styles.header}>
        <Text as="h2" id={titleId(name)} ref={heading} tabIndex={-1} className={styles.title} size={500} weight="semibold">
          {title}
        </Text>
        <Button appearance="subtle" icon={<DismissRegular />} aria-label={strings.panels.close} onClick={close} />
      </div>
      <div className={styles.body}>{children}</div>
    </aside>
  );
}
