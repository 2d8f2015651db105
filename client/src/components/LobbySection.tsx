import { Avatar, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { CheckmarkRegular, DismissRegular } from "@fluentui/react-icons";
import type { WaitingPerson } from "../core/hostApi";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { titleId } from "./SidePanel";

const words = strings.hosting.lobby;

const useStyles = makeStyles({
  section: {
    margin: "0 12px 12px",
    padding: "12px 8px",
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  heading: { display: "flex", alignItems: "center", justifyContent: "space-between", gap: "8px", minBlockSize: "32px" },
  list: { listStyleType: "none", margin: 0, padding: 0, maxBlockSize: "40vh", overflowY: "auto" },
  person: { display: "flex", alignItems: "center", gap: "12px", paddingBlock: "6px" },
  name: { flexGrow: 1, minInlineSize: 0 },
  fixed: { flexShrink: 0 },
});

/** What one has decided on is gone, and the focus must not go with it. */
function keepFocus(): void {
  document.getElementById(titleId("people"))?.focus();
}

/** Who waits to be let in, for those who decide on it. */
export function LobbySection() {
  const styles = useStyles();
  const { hosting } = useSession().meeting;
  const waiting = useStore(hosting.lobby.waiting);
  if (waiting.length === 0) return null;
  return (
    <section className={styles.section} aria-label={words.title(waiting.length)} data-testid="lobby">
      <div className={styles.heading}>
        <Text as="h3" weight="semibold">
          {words.title(waiting.length)}
        </Text>
        {waiting.length > 1 && (
          <Button
            size="small"
            data-testid="lobby-admit-all"
            onClick={() => {
              keepFocus();
              void hosting.admitAll();
            }}
          >
            {words.admitAll}
          </Button>
        )}
      </div>
      <ul className={styles.list}>
        {waiting.map((person) => (
          <Waiting key={person.participant} person={person} />
        ))}
      </ul>
    </section>
  );
}

function Waiting({ person }: { person: WaitingPerson }) {
  const styles = useStyles();
  const { hosting } = useSession().meeting;
  const { name, participant } = person;
  return (
    <li className={styles.person} data-testid="waiting-person" data-participant={participant}>
      <Avatar className={styles.fixed} name={name} color="colorful" idForColor={participant} />
      <Text className={styles.name} truncate wrap={false}>
        <bdi>{name}</bdi>
      </Text>
      <Button
        className={styles.fixed}
        icon={<DismissRegular />}
        title={words.deny}
        aria-label={words.denyNamed(name)}
        data-testid="lobby-deny"
        onClick={() => {
          keepFocus();
          void hosting.deny(person);
        }}
      />
      <Button
        className={styles.fixed}
        appearance="primary"
        icon={<CheckmarkRegular />}
        title={words.admit}
        aria-label={words.admitNamed(name)}
        data-testid="lobby-admit"
        onClick={() => {
          keepFocus();
          void hosting.admit(person);
        }}
      />
    </li>
  );
}
