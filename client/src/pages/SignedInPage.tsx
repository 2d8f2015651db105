import { Button, Card, makeStyles, Spinner, Text, Title2 } from "@fluentui/react-components";
import { Page } from "../components/Page";
import type { SignIn } from "../core/signIn";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  card: { padding: "28px", gap: "16px", inlineSize: "min(460px, 100%)" },
  home: { alignSelf: "start" },
});

/** Where one comes back to from signing in, for a moment; longer only when it did not work. */
export function SignedInPage({ signIn }: { signIn: SignIn }) {
  const styles = useStyles();
  const { failed } = useStore(signIn.state);
  const words = strings.signIn;
  return (
    <Page>
      {failed ? (
        <Card className={styles.card} data-testid="sign-in-failed">
          <Title2 as="h1">{words.failed}</Title2>
          <Text>{words.failedBody}</Text>
          <Button as="a" href="/" className={styles.home}>
            {strings.ended.home}
          </Button>
        </Card>
      ) : (
        <Spinner label={words.finishing} />
      )}
    </Page>
  );
}
