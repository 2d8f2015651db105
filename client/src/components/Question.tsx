import { Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, makeStyles } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  // On a phone it would else touch the edges.
  surface: { inlineSize: "min(600px, 100% - 32px)" },
});

interface QuestionProps {
  open: boolean;
  /** Whether only a button, or Escape, closes it. */
  alert?: boolean;
  title: ReactNode;
  /** What the answers mean. */
  children: ReactNode;
  /** The buttons. */
  answers: ReactNode;
  onClose: () => void;
}

/** A question over the page that wants an answer. */
export function Question({ open, alert = false, title, children, answers, onClose }: QuestionProps) {
  const styles = useStyles();
  return (
    <Dialog
      open={open}
      modalType={alert ? "alert" : "modal"}
      onOpenChange={(_, dialog) => {
        if (!dialog.open) onClose();
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}</DialogContent>
          <DialogActions fluid>{answers}</DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
