import { makeStyles, tokens } from "@fluentui/react-components";
import { useLevel } from "../hooks/useLevel";
import { strings } from "../strings";
import { SPEAKING_COLOUR } from "../theme";

const useStyles = makeStyles({
  meter: {
    blockSize: "6px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
    overflow: "hidden",
  },
  level: {
    blockSize: "100%",
    backgroundColor: SPEAKING_COLOUR,
    transitionProperty: "inline-size",
    transitionDuration: "100ms",
  },
});

/** How loud the microphone hears one, so that one knows before joining whether it does. */
export function LevelMeter({ track }: { track: MediaStreamTrack | null }) {
  const styles = useStyles();
  const percent = Math.round(useLevel(track) * 100);
  return (
    <div
      className={styles.meter}
      role="meter"
      aria-label={strings.prejoin.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-testid="level-meter"
    >
      <div className={styles.level} style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}
