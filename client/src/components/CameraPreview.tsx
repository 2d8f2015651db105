import { makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import { VideoOffRegular } from "@fluentui/react-icons";
import { useSession } from "../hooks/session";
import { useMediaElement } from "../hooks/useMediaElement";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { CameraToggle, MicrophoneToggle } from "./CaptureToggles";

const useStyles = makeStyles({
  preview: {
    position: "relative",
    aspectRatio: "16 / 9",
    borderRadius: tokens.borderRadiusXLarge,
    overflow: "hidden",
    backgroundColor: tokens.colorNeutralBackground4,
    boxShadow: tokens.shadow28,
  },
  video: { inlineSize: "100%", blockSize: "100%", objectFit: "cover", transform: "scaleX(-1)" },
  hidden: { visibility: "hidden" },
  placeholder: {
    position: "absolute",
    // Leaves the lower end to the buttons.
    inset: "0 0 72px",
    display: "flex",
    flexDirection: "column",
    gap: "8px",
    alignItems: "center",
    justifyContent: "center",
    color: tokens.colorNeutralForeground2,
    fontSize: "40px",
  },
  controls: {
    position: "absolute",
    insetBlockEnd: "16px",
    insetInline: 0,
    display: "flex",
    justifyContent: "center",
    gap: "12px",
  },
});

/** What the others will see, with the two buttons that one wants before joining. */
export function CameraPreview() {
  const styles = useStyles();
  const { media } = useSession();
  const { track, opening } = useStore(media.camera.state);
  const video = useMediaElement<HTMLVideoElement>(track);
  return (
    <div className={styles.preview}>
      <video
        ref={video}
        className={mergeClasses(styles.video, track === null && styles.hidden)}
        muted
        playsInline
        aria-label={strings.prejoin.preview}
        data-testid="prejoin-preview"
      />
      {track === null && (
        <div className={styles.placeholder}>
          {opening ? <Spinner aria-hidden="true" /> : <VideoOffRegular />}
          <Text>{opening ? strings.prejoin.cameraOpening : strings.prejoin.cameraOff}</Text>
        </div>
      )}
      <div className={styles.controls}>
        <MicrophoneToggle />
        <CameraToggle />
      </div>
    </div>
  );
}
