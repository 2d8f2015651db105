import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import type { Undoable } from "../core/hosting";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { toggleId } from "./SidePanel";
import { WithName } from "./WithName";

const words = strings.hosting;
const SHOWN_FOR_MS = 10_000;

const useStyles = makeStyles({
  place: { alignSelf: "center", maxInlineSize: "100%" },
  bar: {
    pointerEvents: "auto",
    display: "flex",
    alignItems: "center",
    gap: "12px",
    padding: "8px 10px 8px 16px",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
  },
  text: { overflowWrap: "anywhere", minInlineSize: 0 },
  undo: { flexShrink: 0 },
});

/** What one has just decided, and a way to take it back: for ten seconds, and for as long as one is at it. */
export function UndoBar() {
  const styles = useStyles();
  const undoable = useStore(useSession().meeting.hosting.undoable);
  return (
    <div role="status" className={styles.place}>
      {undoable && <Offer key={undoable.id} undoable={undoable} />}
    </div>
  );
}

function Offer({ undoable: { id, done, undo } }: { undoable: Undoable }) {
  const styles = useStyles();
  const { hosting } = useSession().meeting;
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => {
      hosting.settle(id);
    }, SHOWN_FOR_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [hosting, id, held]);
  const takeBack = async () => {
    // The bar goes, and the focus must not go with it.
    document.getElementById(toggleId("people"))?.focus();
    setBusy(true);
    await undo();
    setBusy(false);
  };
  const hold = (on: boolean) => () => {
    setHeld(on);
  };
  return (
    <div
      className={styles.bar}
      data-testid="undo-bar"
      onMouseEnter={hold(true)}
      onMouseLeave={hold(false)}
      onFocus={hold(true)}
      onBlur={hold(false)}
    >
      <Text className={styles.text}>
        <WithName words={(name) => textOf(done, name)} name={done.name} />
      </Text>
      <Button className={styles.undo} data-testid="undo" disabled={busy} onClick={() => void takeBack()}>
        {words.undo[done.type]}
      </Button>
    </div>
  );
}

function textOf(done: Undoable["done"], name: string): string {
  return done.type === "denied" ? words.done.denied(name) : words.done.roleChanged(name, done.role);
}
