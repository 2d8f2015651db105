import { Button, makeStyles, Spinner, Text, Title2, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import { PreviewPage } from "../components/PreviewPage";
import { WithName } from "../components/WithName";
import type { Phase } from "../core/phase";
import { useSession } from "../hooks/session";
import { strings } from "../strings";

const words = strings.waiting;

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: "16px" },
  title: { overflowWrap: "anywhere" },
  status: { display: "flex", alignItems: "center", gap: "12px" },
  spinner: { flexShrink: 0 },
  next: { color: tokens.colorNeutralForeground3 },
});

/** The lobby, as somebody sees it who waits to be let in. */
export function WaitingPage({ phase }: { phase: Extract<Phase, { name: "waiting" }> }) {
  const styles = useStyles();
  const { meeting } = useSession();
  useEffect(() => {
    document.title = `${words.title(phase.title)} · ${strings.product}`;
  }, [phase.title]);
  return (
    <PreviewPage>
      <div className={styles.content} data-testid="waiting" data-host={phase.hasHost}>
        <Title2 as="h1" className={styles.title}>
          <WithName words={words.title} name={phase.title} />
        </Title2>
        <div className={styles.status}>
          <Spinner className={styles.spinner} size="small" aria-hidden="true" />
          <Text role="status">{phase.hasHost ? words.forDecision : words.forHost}</Text>
        </div>
        <Text className={styles.next}>{words.next}</Text>
        <Button
          size="large"
          data-testid="waiting-leave"
          onClick={() => {
            meeting.leave();
          }}
        >
          {words.leave}
        </Button>
      </div>
    </PreviewPage>
  );
}
