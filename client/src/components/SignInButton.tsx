import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { PersonRegular } from "@fluentui/react-icons";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { WithName } from "./WithName";

const useStyles = makeStyles({
  line: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "4px 12px", minBlockSize: "32px" },
  who: { flexGrow: 1, minInlineSize: 0, overflowWrap: "anywhere", color: tokens.colorNeutralForeground2 },
  failed: { color: tokens.colorPaletteRedForeground1 },
});

/** Signs in and out, where that is possible; says who is signed in. */
export function SignInButton() {
  const styles = useStyles();
  const { signIn } = useSession();
  const { offered, person, failed } = useStore(signIn.state);
  const words = strings.signIn;
  if (!offered) return null;
  const begin = () => void signIn.begin(window.location.pathname + window.location.search);
  return (
    <div className={styles.line}>
      {person === null ? (
        <Button icon={<PersonRegular />} data-testid="sign-in" onClick={begin}>
          {words.signIn}
        </Button>
      ) : (
        <>
          <Text className={styles.who} data-testid="signed-in">
            {person.name === "" ? words.signedIn : <WithName words={words.signedInAs} name={person.name} />}
          </Text>
          <Button appearance="subtle" data-testid="sign-out" onClick={() => void signIn.signOut()}>
            {words.signOut}
          </Button>
        </>
      )}
      {failed && (
        <Text role="alert" className={styles.failed}>
          {words.failed}
        </Text>
      )}
    </div>
  );
}
