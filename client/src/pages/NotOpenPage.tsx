import { Button, Card, makeStyles, Text, Title2 } from "@fluentui/react-components";
import { useEffect } from "react";
import { Page } from "../components/Page";
import { ReminderSwitch } from "../components/ReminderSwitch";
import type { Opening } from "../core/errors";
import { openingPassed } from "../core/opening";
import { useSession } from "../hooks/session";
import { strings } from "../strings";

const useStyles = makeStyles({
  card: { padding: "28px", gap: "16px", inlineSize: "min(460px, 100%)" },
  actions: { display: "flex", flexWrap: "wrap", gap: "12px" },
});

/**
 * For somebody who comes before the meeting opens: when that is, by the clock at hand. It joins by itself then, unless the
 * join link will have expired.
 */
export function NotOpenPage({ opening }: { opening: Opening }) {
  const styles = useStyles();
  const session = useSession();
  const words = strings.notOpen;
  const lasts = session.lastsUntil(opening.opensOn);
  useEffect(() => {
    if (!lasts) return undefined;
    const gone = new AbortController();
    openingPassed(opening, gone.signal).then(
      () => session.rejoin(),
      () => undefined,
    );
    return () => {
      gone.abort();
    };
  }, [lasts, opening, session]);
  return (
    <Page>
      <Card className={styles.card} data-testid="ended" data-reason="notOpen">
        <Title2 as="h1">{words.title}</Title2>
        <Text role="status">
          {words.opens(opening.opensOn)} {words.starts(opening.startsOn)}
        </Text>
        <Text>{lasts ? words.stay : words.comeBack}</Text>
        <ReminderSwitch reminder={session.reminder} />
        <div className={styles.actions}>
          <Button data-testid="rejoin" onClick={() => void session.rejoin()}>
            {words.tryNow}
          </Button>
          <Button as="a" href="/">
            {strings.ended.home}
          </Button>
        </div>
      </Card>
    </Page>
  );
}
