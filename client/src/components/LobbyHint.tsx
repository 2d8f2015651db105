import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { PersonClockRegular } from "@fluentui/react-icons";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { toggleId } from "./SidePanel";
import { WithName } from "./WithName";

const words = strings.hosting.lobby;

const useStyles = makeStyles({
  hint: {
    alignSelf: "center",
    pointerEvents: "auto",
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "8px 12px",
    maxInlineSize: "100%",
    padding: "8px 10px 8px 16px",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
  },
  icon: { flexShrink: 0, fontSize: "20px", color: tokens.colorBrandForeground1 },
  text: { overflowWrap: "anywhere", minInlineSize: 0 },
});

/** Tells whoever moderates that somebody waits, for as long as that is so. The live region has read it out. */
export function LobbyHint({ onView }: { onView: () => void }) {
  const styles = useStyles();
  const { hosting } = useSession().meeting;
  const [first, ...others] = useStore(hosting.lobby.waiting);
  if (first === undefined) return null;
  return (
    <section className={styles.hint} aria-label={words.title(others.length + 1)} data-testid="lobby-hint">
      <PersonClockRegular className={styles.icon} />
      <Text className={styles.text}>
        <WithName words={(name) => words.hint(name, others.length)} name={first.name} />
      </Text>
      {others.length === 0 && (
        <Button
          appearance="primary"
          data-testid="hint-admit"
          onClick={() => {
            // The hint goes, and the focus must not go with it.
            document.getElementById(toggleId("people"))?.focus();
            void hosting.admit(first);
          }}
        >
          {words.admit}
        </Button>
      )}
      <Button data-testid="hint-view" onClick={onView}>
        {words.view}
      </Button>
    </section>
  );
}
