import { makeStyles, mergeClasses, MessageBar, MessageBarBody, Spinner, Text, tokens } from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import { Alone } from "../components/Alone";
import { AudioOutput } from "../components/AudioOutput";
import { ChatPanel } from "../components/ChatPanel";
import { ConnectionButton } from "../components/ConnectionButton";
import { ConnectionDetails } from "../components/ConnectionDetails";
import { ControlBar } from "../components/ControlBar";
import { DeviceSettings } from "../components/DeviceSettings";
import { LobbyHint } from "../components/LobbyHint";
import { LockMark } from "../components/LockMark";
import { NoticeToasts } from "../components/NoticeToasts";
import { PeoplePanel } from "../components/PeoplePanel";
import { type PanelName, SidePanel } from "../components/SidePanel";
import { Stage } from "../components/Stage";
import { UndoBar } from "../components/UndoBar";
import type { Phase } from "../core/phase";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { LOW } from "../theme";

const useStyles = makeStyles({
  call: {
    blockSize: "100%",
    display: "flex",
    flexDirection: "column",
    backgroundColor: tokens.colorNeutralBackground4,
    color: tokens.colorNeutralForeground1,
  },
  header: {
    display: "flex",
    alignItems: "center",
    gap: "10px",
    padding: "10px 20px 0",
    [LOW]: { paddingBlockStart: "4px" },
    color: tokens.colorNeutralForeground2,
  },
  middle: { position: "relative", flexGrow: 1, minBlockSize: 0, display: "flex" },
  stage: { position: "relative", flexGrow: 1, minInlineSize: 0 },
  // What lies on the stage stands in one column, so that nothing covers another.
  overlay: {
    position: "absolute",
    inset: "16px 14px auto",
    zIndex: 1,
    display: "flex",
    flexDirection: "column",
    gap: "8px",
    pointerEvents: "none",
  },
  // A panel covers the whole of a narrow screen: what has just happened lies on it, and the rest waits below.
  onPanel: { "@media (max-width: 720px)": { insetBlockStart: "60px", zIndex: 3 } },
  aboutStage: { display: "contents" },
  covered: { "@media (max-width: 720px)": { display: "none" } },
  title: { flexGrow: 1, outlineStyle: "none", minInlineSize: 0, overflowWrap: "anywhere" },
  settings: { padding: "0 20px 20px", overflowY: "auto" },
});

interface CallPageProps {
  phase: Extract<Phase, { name: "connected" | "reconnecting" }>;
}

/** The meeting itself. */
export function CallPage({ phase }: CallPageProps) {
  const styles = useStyles();
  const session = useSession();
  const { meeting } = session;
  const title = useStore(meeting.title);
  const service = useStore(meeting.connection)?.answer.session.brandingName ?? strings.product;
  const [panel, setPanel] = useState<PanelName | null>(null);

  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    heading.current?.focus();
  }, []);
  useEffect(() => {
    session.sayArrival();
  }, [session]);
  useEffect(() => {
    document.title = `${title} · ${service}`;
  }, [title, service]);

  return (
    <div className={styles.call} data-testid="call" data-phase={phase.name}>
      {phase.name === "reconnecting" && (
        <MessageBar intent="warning" icon={<Spinner size="extra-tiny" aria-hidden="true" />} data-testid="reconnecting">
          <MessageBarBody>{strings.reconnecting[phase.cause]}</MessageBarBody>
        </MessageBar>
      )}
      <AudioOutput />
      <header className={styles.header}>
        <img src="/parley.svg" alt="" width={20} height={20} />
        <Text as="h1" ref={heading} tabIndex={-1} className={styles.title} size={300} weight="semibold" data-testid="meeting-title">
          {title}
        </Text>
        <LockMark />
        <ConnectionButton
          pressed={panel === "connection"}
          onToggle={() => {
            setPanel(panel === "connection" ? null : "connection");
          }}
        />
      </header>
      <div className={styles.middle}>
        <main className={styles.stage}>
          <Stage />
          <div className={mergeClasses(styles.overlay, panel !== null && styles.onPanel)}>
            <div className={mergeClasses(styles.aboutStage, panel !== null && styles.covered)}>
              <Alone />
              {panel !== "people" && (
                <LobbyHint
                  onView={() => {
                    setPanel("people");
                  }}
                />
              )}
            </div>
            <UndoBar />
            <NoticeToasts />
          </div>
        </main>
        {panel !== null && (
          <Panel
            key={panel}
            name={panel}
            onClose={() => {
              setPanel(null);
            }}
          />
        )}
      </div>
      <ControlBar panel={panel} onPanel={setPanel} />
    </div>
  );
}

function Panel({ name, onClose }: { name: PanelName; onClose: () => void }) {
  const styles = useStyles();
  const { participants } = useStore(useSession().meeting.roster);
  const titles = {
    people: strings.panels.people(participants.size),
    chat: strings.panels.chat,
    settings: strings.panels.settings,
    connection: strings.connection.title,
  };
  return (
    <SidePanel name={name} title={titles[name]} onClose={onClose}>
      {name === "people" && <PeoplePanel />}
      {name === "chat" && <ChatPanel />}
      {name === "connection" && <ConnectionDetails />}
      {name === "settings" && (
        <div className={styles.settings}>
          <DeviceSettings />
        </div>
      )}
    </SidePanel>
  );
}
