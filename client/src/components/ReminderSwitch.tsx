import { makeStyles, Switch, Text, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import type { Reminder } from "../core/reminder";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  reminder: { display: "flex", flexDirection: "column", gap: "2px" },
  // The switch has a margin of its own, and its text shall stand in line with all other text.
  switch: { marginInlineStart: "-8px" },
  about: { color: tokens.colorNeutralForeground2 },
  problem: { color: tokens.colorPaletteRedForeground1 },
});

/** Has this browser remind the person of the meeting, where it can; says what to do where it cannot. */
export function ReminderSwitch({ reminder }: { reminder: Reminder }) {
  const styles = useStyles();
  const state = useStore(reminder.state);
  const words = strings.reminder;
  useEffect(() => {
    void reminder.look();
  }, [reminder]);
  if (state.name === "notOffered") return null;
  const { name, comesOn, failed } = state;
  return (
    <div className={styles.reminder} data-testid="reminder" data-state={name}>
      {name !== "unsupported" && (
        <Switch
          className={styles.switch}
          data-testid="reminder-switch"
          label={words.label}
          checked={name === "on" || name === "subscribing"}
          disabled={name === "subscribing"}
          onChange={(_, { checked }) => void (checked ? reminder.turnOn() : reminder.turnOff())}
        />
      )}
      <Text role="status" size={200} className={styles.about}>
        {words[name](comesOn)}
      </Text>
      {failed && (
        <Text role="alert" size={200} className={styles.problem}>
          {words.failed}
        </Text>
      )}
    </div>
  );
}
