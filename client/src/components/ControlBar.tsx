import { CounterBadge, makeStyles, tokens, useArrowNavigationGroup } from "@fluentui/react-components";
import {
  ChatRegular,
  GridRegular,
  PeopleRegular,
  SettingsRegular,
  ShareScreenStartRegular,
  ShareScreenStopRegular,
  VideoPersonRegular,
} from "@fluentui/react-icons";
import type { ReactElement } from "react";
import { canShareScreen } from "../core/screenShare";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { LOW, NARROW } from "../theme";
import { CameraToggle, MicrophoneToggle } from "./CaptureToggles";
import { LeaveButton } from "./LeaveButton";
import { type PanelName, toggleId } from "./SidePanel";
import { ToggleButton } from "./ToggleButton";

const words = strings.controls;

const useStyles = makeStyles({
  bar: {
    display: "flex",
    justifyContent: "center",
    alignItems: "center",
    gap: "10px",
    padding: "12px 16px",
    backgroundColor: tokens.colorNeutralBackground2,
    boxShadow: `0 -1px ${tokens.colorNeutralStroke3}`,
    [NARROW]: { gap: "4px", padding: "8px 6px" },
    [LOW]: { paddingBlock: "6px" },
  },
  gap: { inlineSize: "12px", [NARROW]: { display: "none" } },
  badged: { position: "relative" },
  badge: { position: "absolute", insetBlockStart: "-4px", insetInlineEnd: "-4px", pointerEvents: "none" },
});

interface ControlBarProps {
  panel: PanelName | null;
  onPanel: (panel: PanelName | null) => void;
}

export function ControlBar({ panel, onPanel }: ControlBarProps) {
  const styles = useStyles();
  const self = useStore(useSession().meeting.self);
  const arrowKeys = useArrowNavigationGroup({ axis: "horizontal", circular: true, memorizeCurrent: true });
  const toggle = (name: PanelName) => () => {
    onPanel(panel === name ? null : name);
  };
  return (
    <div
      className={styles.bar}
      role="toolbar"
      aria-label={words.bar}
      {...arrowKeys}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isDefaultPrevented()) onPanel(null);
      }}
    >
      <MicrophoneToggle />
      <CameraToggle />
      {self?.grants.publish.includes("screen") && <ScreenToggle />}
      <div className={styles.gap} />
      <ViewToggle />
      <PeopleToggle pressed={panel === "people"} onToggle={toggle("people")} />
      <ChatToggle pressed={panel === "chat"} onToggle={toggle("chat")} />
      <ToggleButton
        name={words.settings}
        tooltip={words.settings}
        icon={<SettingsRegular />}
        pressed={panel === "settings"}
        onToggle={toggle("settings")}
        id={toggleId("settings")}
        testId="control-settings"
      />
      <div className={styles.gap} />
      <LeaveButton />
    </div>
  );
}

function ScreenToggle() {
  const session = useSession();
  const { video, choosing } = useStore(session.media.screen.state);
  const sharing = video !== null;
  return (
    <ToggleButton
      name={words.screen}
      tooltip={sharing ? words.stopSharing : words.shareScreen}
      icon={sharing ? <ShareScreenStopRegular /> : <ShareScreenStartRegular />}
      pressed={sharing}
      disabled={choosing}
      unavailable={canShareScreen() ? undefined : words.cannotShare}
      onToggle={() => void session.setScreen(!sharing)}
      testId="control-screen"
    />
  );
}

function ViewToggle() {
  const { stage } = useSession();
  const { view } = useStore(stage.choice);
  const isSpeaker = view === "speaker";
  return (
    <ToggleButton
      name={words.view.speaker}
      tooltip={isSpeaker ? words.view.grid : words.view.speaker}
      icon={isSpeaker ? <GridRegular /> : <VideoPersonRegular />}
      pressed={isSpeaker}
      onToggle={() => {
        stage.setView(isSpeaker ? "grid" : "speaker");
      }}
      testId="control-view"
    />
  );
}

interface PanelToggleProps {
  pressed: boolean;
  onToggle: () => void;
}

function PeopleToggle(props: PanelToggleProps) {
  const waiting = useStore(useSession().meeting.hosting.lobby.waiting).length;
  return (
    <BadgedToggle {...props} panel="people" name={words.people(waiting)} icon={<PeopleRegular />} count={waiting} badge="lobby-count" />
  );
}

function ChatToggle(props: PanelToggleProps) {
  const { unread } = useStore(useSession().meeting.chat.state);
  return <BadgedToggle {...props} panel="chat" name={words.chat(unread)} icon={<ChatRegular />} count={unread} badge="chat-unread" />;
}

interface BadgedToggleProps extends PanelToggleProps {
  panel: PanelName;
  name: string;
  icon: ReactElement;
  /** How much is new behind it. */
  count: number;
  /** The test id of the badge. */
  badge: string;
}

function BadgedToggle({ panel, name, icon, count, badge, ...state }: BadgedToggleProps) {
  const styles = useStyles();
  return (
    <div className={styles.badged}>
      <ToggleButton {...state} name={name} tooltip={name} icon={icon} id={toggleId(panel)} testId={`control-${panel}`} />
      {count > 0 && <CounterBadge className={styles.badge} count={count} color="danger" size="small" data-testid={badge} />}
    </div>
  );
}
