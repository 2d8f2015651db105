import { Button } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { strings } from "../strings";
import { useDanger } from "./danger";
import { Question } from "./Question";

interface ConfirmDialogProps {
  open: boolean;
  title: ReactNode;
  /** What will happen. */
  children: ReactNode;
  /** The word on the button that does it. */
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ confirm, onConfirm, onClose, ...question }: ConfirmDialogProps) {
  const danger = useDanger();
  const answers = (
    <>
      <Button onClick={onClose}>{strings.hosting.cancel}</Button>
      <Button
        className={danger}
        data-testid="confirm"
        onClick={() => {
          onClose();
          onConfirm();
        }}
      >
        {confirm}
      </Button>
    </>
  );
  return <Question {...question} alert answers={answers} onClose={onClose} />;
}
