import { makeStyles, mergeClasses, ToggleButton as FluentToggleButton, Tooltip, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";

const useStyles = makeStyles({
  button: { minInlineSize: "48px", blockSize: "48px", borderRadius: tokens.borderRadiusXLarge },
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    ":hover": { backgroundColor: tokens.colorStatusDangerBackground3Hover, color: tokens.colorNeutralForegroundOnBrand },
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
  onToggle: () => void;
  testId: string;
}

/** A round control with `aria-pressed`. */
export function ToggleButton({ name, tooltip, icon, pressed, danger = false, disabled = false, onToggle, testId }: ToggleButtonProps) {
  const styles = useStyles();
  return (
    <Tooltip content={tooltip} relationship="inaccessible" withArrow>
      <FluentToggleButton
        aria-label={name}
        className={mergeClasses(styles.button, danger && styles.danger)}
        size="large"
        icon={icon}
        checked={pressed}
        disabled={disabled}
        onClick={onToggle}
        data-testid={testId}
      />
    </Tooltip>
  );
}
