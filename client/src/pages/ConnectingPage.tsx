import { Button, Card, makeStyles, Spinner, Text, Title2, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, CircleRegular } from "@fluentui/react-icons";
import { Page } from "../components/Page";
import { JOIN_STEPS } from "../core/errors";
import type { Phase } from "../core/phase";
import { useSession } from "../hooks/session";
import { strings } from "../strings";

const useStyles = makeStyles({
  card: { padding: "28px", gap: "20px", inlineSize: "min(460px, 100%)" },
  steps: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "12px" },
  step: { display: "flex", alignItems: "center", gap: "10px", minBlockSize: "24px" },
  done: { color: tokens.colorPaletteGreenForeground1 },
  waiting: { color: tokens.colorNeutralForeground4 },
});

/** The steps of joining, so that one which does not succeed has a name. */
export function ConnectingPage({ phase }: { phase: Extract<Phase, { name: "connecting" }> }) {
  const styles = useStyles();
  const { meeting } = useSession();
  const words = strings.connecting;
  const current = JOIN_STEPS.indexOf(phase.step);
  return (
    <Page>
      <Card className={styles.card} data-testid="connecting" data-step={phase.step}>
        <Title2 as="h1">{words.title}</Title2>
        <ol className={styles.steps} aria-live="polite">
          {JOIN_STEPS.map((step, index) => (
            <li key={step} className={styles.step} aria-current={index === current ? "step" : undefined}>
              {index < current && <CheckmarkCircleFilled className={styles.done} />}
              {index === current && <Spinner size="extra-tiny" aria-hidden="true" />}
              {index > current && <CircleRegular className={styles.waiting} />}
              <Text className={index > current ? styles.waiting : ""}>{words.steps[step]}</Text>
            </li>
          ))}
        </ol>
        {phase.failedAttempts > 0 && <Text role="status">{words.retrying(phase.failedAttempts)}</Text>}
        <Button
          onClick={() => {
            meeting.leave();
          }}
        >
          {words.cancel}
        </Button>
      </Card>
    </Page>
  );
}
