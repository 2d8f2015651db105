import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CellularData1Filled, CellularOffFilled, CellularWarningFilled } from "@fluentui/react-icons";
import type { ConnectionQuality } from "../generated/protocol";
import { strings } from "../strings";

const ICONS = { good: CellularData1Filled, poor: CellularWarningFilled, lost: CellularOffFilled };

const useStyles = makeStyles({
  icon: { flexShrink: 0 },
  good: { color: tokens.colorPaletteGreenForeground3 },
  poor: { color: tokens.colorPaletteYellowForeground3 },
  lost: { color: tokens.colorPaletteRedForeground3 },
});

/** How a participant's connection is, with words for who cannot see it. */
export function QualityIcon({ quality }: { quality: ConnectionQuality }) {
  const styles = useStyles();
  const Icon = ICONS[quality];
  return <Icon className={mergeClasses(styles.icon, styles[quality])} aria-label={strings.connection.quality[quality]} />;
}
