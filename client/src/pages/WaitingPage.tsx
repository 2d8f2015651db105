import { Button, Card, makeStyles, Spinner, Text, Title2 } from "@fluentui/react-components";
import { Page } from "../components/Page";
import type { Phase } from "../core/phase";
import { useSession } from "../hooks/session";
import { strings } from "../strings";

const useStyles = makeStyles({
  card: { padding: "28px", gap: "20px", inlineSize: "min(420px, 100%)" },
});

/** The lobby, as somebody sees it who waits to be let in. */
export function WaitingPage({ phase }: { phase: Extract<Phase, { name: "waiting" }> }) {
  const styles = useStyles();
  const { meeting } = useSession();
  const words = strings.waiting;
  return (
    <Page>
      <Card className={styles.card} data-testid="waiting" data-host={phase.hasHost}>
        <Title2 as="h1">{words.title(phase.title)}</Title2>
        <Spinner size="small" aria-hidden="true" />
        <Text role="status">{phase.hasHost ? words.forDecision : words.forHost}</Text>
        <Button
          onClick={() => {
            meeting.leave();
          }}
        >
          {words.leave}
        </Button>
      </Card>
    </Page>
  );
}
