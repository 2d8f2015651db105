import { Button, Card, makeStyles, Text, Title2, tokens } from "@fluentui/react-components";
import { Page } from "../components/Page";
import { SignInButton } from "../components/SignInButton";
import type { EndReason, Phase } from "../core/phase";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  card: { padding: "28px", gap: "16px", inlineSize: "min(460px, 100%)" },
  actions: { display: "flex", flexWrap: "wrap", gap: "12px" },
  code: { color: tokens.colorNeutralForeground3 },
});

/** Reasons that joining again, with what this tab has, cannot change. */
const FINAL: ReadonlySet<EndReason> = new Set([
  "removed",
  "banned",
  "tokenInvalid",
  "needsJoinLink",
  "meetingNotFound",
  "notPlayable",
]);
/** Reasons that do not say all that is known of what went wrong. */
const UNEXPLAINED: ReadonlySet<EndReason> = new Set(["failed", "connectionLost", "refused"]);
/** Reasons for which one has not been in at all. */
const NEVER_IN: ReadonlySet<EndReason> = new Set(["locked", "full", "denied", "refused", "failed"]);

/** Why one is not in the meeting any more, and what to do next. */
export function EndedPage({ phase }: { phase: Extract<Phase, { name: "ended" }> }) {
  const styles = useStyles();
  const session = useSession();
  const words = strings.ended;
  const body = bodyOf(phase);
  const unexplained = UNEXPLAINED.has(phase.reason);
  const signIn = useStore(session.signIn.state);
  const needsLink = phase.reason === "needsJoinLink";
  const mayRejoin = session.suggestedName !== "" && !FINAL.has(phase.reason);
  return (
    <Page>
      <Card className={styles.card} data-testid="ended" data-reason={phase.reason}>
        <Title2 as="h1">{words[phase.reason].title}</Title2>
        {body !== "" && <Text>{body}</Text>}
        {unexplained && phase.step !== undefined && <Text>{words.step[phase.step]}</Text>}
        {unexplained && phase.code !== undefined && (
          <Text size={200} className={styles.code} data-testid="ended-code">
            {words.code(phase.code)}
          </Text>
        )}
        {needsLink && signIn.offered && signIn.person === null && <Text>{strings.signIn.mayBeEnough}</Text>}
        <div className={styles.actions}>
          {needsLink && <SignInButton />}
          {mayRejoin && (
            <Button appearance="primary" data-testid="rejoin" autoFocus onClick={() => void session.rejoin()}>
              {rejoinWords(phase.reason)}
            </Button>
          )}
          <Button as="a" href="/">
            {words.home}
          </Button>
        </div>
      </Card>
    </Page>
  );
}

function bodyOf({ reason, code }: Extract<Phase, { name: "ended" }>): string {
  const { services, carriedBy } = strings.ended;
  if (reason === "notPlayable" && (code === "acs" || code === "livekit")) return carriedBy(services[code]);
  return strings.ended[reason].body;
}

function rejoinWords(reason: EndReason): string {
  const { rejoinHere, tryAgain, rejoin } = strings.ended;
  if (reason === "replaced") return rejoinHere;
  return NEVER_IN.has(reason) ? tryAgain : rejoin;
}
