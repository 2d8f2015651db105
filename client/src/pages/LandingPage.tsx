import { Button, Card, Field, Input, LargeTitle, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";
import { Page } from "../components/Page";
import { destinationOf } from "../core/route";
import { strings } from "../strings";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: "20px", inlineSize: "min(460px, 100%)" },
  lead: { color: tokens.colorNeutralForeground2 },
  card: { padding: "24px" },
  form: { display: "flex", flexDirection: "column", gap: "16px" },
});

/** Where somebody without a link begins: a code or a pasted link leads to the meeting. */
export function LandingPage({ wrongAddress }: { wrongAddress: boolean }) {
  const styles = useStyles();
  const words = strings.landing;
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<string | null>(null);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const destination = destinationOf(code, window.location);
    if ("path" in destination) window.location.assign(destination.path);
    else setProblem(destination.problem === "invalid" ? words.invalid : words.otherHost(destination.host));
  };

  return (
    <Page>
      <div className={styles.content}>
        <LargeTitle as="h1">{words.title}</LargeTitle>
        <Text size={400} className={styles.lead}>
          {words.lead}
        </Text>
        {wrongAddress && (
          <MessageBar intent="warning">
            <MessageBarBody>{words.notFound}</MessageBarBody>
          </MessageBar>
        )}
        <Card className={styles.card}>
          <form className={styles.form} onSubmit={submit} noValidate>
            <Field label={words.field} {...(problem !== null && { validationMessage: problem })}>
              <Input
                size="large"
                value={code}
                placeholder={words.placeholder}
                autoFocus
                data-testid="landing-code"
                onChange={(_, { value }) => {
                  setCode(value);
                  setProblem(null);
                }}
              />
            </Field>
            <Button appearance="primary" size="large" type="submit" data-testid="landing-join">
              {words.join}
            </Button>
          </form>
        </Card>
      </div>
    </Page>
  );
}
