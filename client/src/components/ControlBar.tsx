import { Button, CounterBadge, makeStyles, Tooltip, tokens, useArrowNavigationGroup } from "@fluentui/react-components";
import {
  CallEndRegular,
  ChatRegular,
  GridRegular,
  PeopleRegular,
  PersonRegular,
  SettingsRegular,
  ShareScreenStartRegular,
  ShareScreenStopRegular,
} from "@fluentui/react-icons";
import { canShareScreen } from "../core/screenShare";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { LOW, NARROW } from "../theme";
import { CameraToggle, MicrophoneToggle } from "./CaptureToggles";
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
  leave: {
    minWidth: "48px",
    maxWidth: "48px",
    blockSize: "48px",
    [NARROW]: { minWidth: "34px", flexShrink: 1 },
    [LOW]: { blockSize: "40px" },
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    ":hover": { backgroundColor: tokens.colorStatusDangerBackground3Hover, color: tokens.colorNeutralForegroundOnBrand },
  },
});

interface ControlBarProps {
  panel: PanelName | null;
  onPanel: (panel: PanelName | null) => void;
}

export function ControlBar({ panel, onPanel }: ControlBarProps) {
  const styles = useStyles();
  const { meeting } = useSession();
  const self = useStore(meeting.self);
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
        if (event.key === "Escape") onPanel(null);
      }}
    >
      <MicrophoneToggle />
      <CameraToggle />
      {self?.grants.publish.includes("screen") && <ScreenToggle />}
      <div className={styles.gap} />
      <ViewToggle />
      <ToggleButton
        name={words.people}
        tooltip={words.people}
        icon={<PeopleRegular />}
        pressed={panel === "people"}
        onToggle={toggle("people")}
        id={toggleId("people")}
        testId="control-people"
      />
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
      <Tooltip content={words.leave} relationship="label" withArrow>
        <Button
          className={styles.leave}
          size="large"
          icon={<CallEndRegular />}
          data-testid="control-leave"
          onClick={() => {
            meeting.leave();
          }}
        />
      </Tooltip>
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
      icon={isSpeaker ? <GridRegular /> : <PersonRegular />}
      pressed={isSpeaker}
      onToggle={() => {
        stage.setView(isSpeaker ? "grid" : "speaker");
      }}
      testId="control-view"
    />
  );
}

function ChatToggle({ pressed, onToggle }: { pressed: boolean; onToggle: () => void }) {
  const styles = useStyles();
  const { unread } = useStore(useSession().meeting.chat.state);
  return (
    <div className={styles.badged}>
      <ToggleButton
        name={words.chat(unread)}
        tooltip={words.chat(unread)}
        icon={<ChatRegular />}
        pressed={pressed}
        onToggle={onToggle}
        id={toggleId("chat")}
        testId="control-chat"
      />
      {unread > 0 && (
        <CounterBadge className={styles.badge} count={unread} color="danger" size="small" data-testid="chat-unread" />
      )}
    </div>
  );
}
