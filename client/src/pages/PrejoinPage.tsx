import { Button, Field, Input, makeStyles, Text, Title2, tokens } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";
import { DeviceSettings } from "../components/DeviceSettings";
import { PreviewPage } from "../components/PreviewPage";
import { SignInButton } from "../components/SignInButton";
import { MAX_NAME_CHARACTERS } from "../core/route";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: "16px" },
  hint: { color: tokens.colorNeutralForeground3 },
});

/** Who one is, how one looks and sounds: and then in. Nothing about devices ever keeps one from joining. */
export function PrejoinPage() {
  const styles = useStyles();
  const session = useSession();
  const words = strings.prejoin;
  const [name, setName] = useState(session.suggestedName);
  const { opening } = useStore(session.media.camera.state);
  // Drawn anew when somebody turns out not to be signed in any more.
  useStore(session.signIn.state);
  const given = session.givenName;

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== "") void session.join(name.trim());
  };

  return (
    <PreviewPage>
      <form className={styles.form} onSubmit={submit}>
        <Title2 as="h1">{words.title(session.route.meeting)}</Title2>
        <Field label={words.name} {...(given !== null && { hint: words.nameFrom[given.by] })}>
          <Input
            size="large"
            value={name}
            maxLength={MAX_NAME_CHARACTERS}
            autoComplete="name"
            autoFocus={given === null}
            readOnly={given !== null}
            data-testid="prejoin-name"
            onChange={(_, { value }) => {
              setName(value);
            }}
          />
        </Field>
        <Button appearance="primary" size="large" type="submit" disabled={name.trim() === ""} autoFocus={given !== null} data-testid="prejoin-join">
          {words.join}
        </Button>
        {given?.by !== "link" && <SignInButton />}
        <DeviceSettings />
        <Text size={200} className={styles.hint}>
          {opening ? words.asking : words.noDevices}
        </Text>
      </form>
    </PreviewPage>
  );
}
