import { makeStyles, mergeClasses, ToggleButton as FluentToggleButton, Tooltip, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { LOW, NARROW } from "../theme";
import { useDanger } from "./danger";

const useStyles = makeStyles({
  button: {
    minWidth: "48px",
    maxWidth: "48px",
    blockSize: "48px",
    borderRadius: tokens.borderRadiusXLarge,
    [NARROW]: { minWidth: "34px", flexShrink: 1 },
    [LOW]: { blockSize: "40px" },
  },
  // Fluent shows a pressed one like any other while the pointer is on it.
  pressed: {
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Selected, filter: "brightness(1.15)" },
    ":hover:active": { backgroundColor: tokens.colorNeutralBackground1Selected },
  },
});

interface ToggleButtonProps {
  /** What is on or off. It stays the same, because `aria-pressed` says which. */
  name: string;
  /** What a click does. */
  tooltip: string;
  icon: ReactElement;
  pressed: boolean;
  /** Draws attention: a microphone or camera that is off. */
  danger?: boolean;
  disabled?: boolean;
  /** Why it cannot be used at all here; it can still be reached, so that everybody learns why. */
  unavailable?: string | undefined;
  /** The DOM id, for a control that gets the focus back. */
  id?: string;
  onToggle: () => void;
  testId: string;
}

/** A round control with `aria-pressed`. */
export function ToggleButton(props: ToggleButtonProps) {
  const { name, tooltip, icon, pressed, danger = false, disabled = false, unavailable, id, onToggle, testId } = props;
  const styles = useStyles();
  const dangerStyle = useDanger();
  const isUnavailable = unavailable !== undefined;
  const relationship = isUnavailable ? "description" : "inaccessible";
  return (
    <Tooltip content={unavailable ?? tooltip} relationship={relationship} withArrow>
      <FluentToggleButton
        aria-label={name}
        className={mergeClasses(styles.button, pressed && styles.pressed, danger && dangerStyle)}
        size="large"
        icon={icon}
        checked={pressed}
        disabled={disabled}
        disabledFocusable={isUnavailable}
        {...(id !== undefined && { id })}
        onClick={onToggle}
        data-testid={testId}
      />
    </Tooltip>
  );
}
