import { Avatar, Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { MicOffFilled, PinOffRegular, PinRegular, ShareScreenStartRegular } from "@fluentui/react-icons";
import type { Size } from "../core/grid";
import type { Tile as TileState } from "../core/tiles";
import { useMediaElement } from "../hooks/useMediaElement";
import { strings } from "../strings";
import { SPEAKING_COLOUR } from "../theme";
import { QualityIcon } from "./QualityIcon";
import { WithName } from "./WithName";

const useStyles = makeStyles({
  tile: {
    position: "relative",
    flexShrink: 0,
    overflow: "hidden",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    ":hover button": { opacity: 1 },
  },
  ring: {
    position: "absolute",
    inset: 0,
    borderRadius: "inherit",
    boxShadow: "inset 0 0 0 3px transparent",
    pointerEvents: "none",
    transitionProperty: "box-shadow",
    transitionDuration: "150ms",
  },
  speaking: { boxShadow: `inset 0 0 0 3px ${SPEAKING_COLOUR}` },
  video: { position: "absolute", inlineSize: "100%", blockSize: "100%", objectFit: "cover" },
  whole: { objectFit: "contain", backgroundColor: "#000" },
  mirrored: { transform: "scaleX(-1)" },
  hidden: { visibility: "hidden" },
  avatar: { position: "absolute", inset: 0, display: "grid", placeItems: "center" },
  note: { position: "absolute", insetBlockStart: "8px", insetInline: "8px", textAlign: "center" },
  label: {
    position: "absolute",
    insetBlockEnd: "8px",
    insetInlineStart: "8px",
    maxInlineSize: "calc(100% - 16px)",
    display: "flex",
    alignItems: "center",
    gap: "6px",
    padding: "3px 10px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: "rgba(10, 12, 16, 0.72)",
    color: "#fff",
  },
  icon: { flexShrink: 0 },
  mutedIcon: { color: tokens.colorPaletteRedForeground3 },
  name: { minInlineSize: 0 },
  pin: {
    position: "absolute",
    insetBlockStart: "8px",
    insetInlineEnd: "8px",
    opacity: 0,
    ":focus-visible": { opacity: 1 },
  },
});

interface TileProps {
  tile: TileState;
  size: Size;
  /** What to show, or null for the avatar. */
  track: MediaStreamTrack | null;
  /** The codec of the picture where this browser cannot decode it. */
  undecodable: string | null;
  pinned: boolean;
  onPin: (key: string | null) => void;
}

/** One participant's picture, or the screen it shares. Sound comes from elsewhere, so the video is silent. */
export function Tile({ tile, size, track, undecodable, pinned, onPin }: TileProps) {
  const styles = useStyles();
  const video = useMediaElement<HTMLVideoElement>(track);
  const title = titleOf(tile);
  const isScreen = tile.source === "screen";
  const published = tile.publication !== null;
  const seen = track !== null && (tile.local || published);
  return (
    <article
      className={styles.tile}
      style={{ inlineSize: size.width, blockSize: size.height }}
      aria-label={title}
      data-testid="tile"
      data-participant={tile.participant}
      data-source={tile.source}
      data-camera={isScreen ? undefined : onOff(tile.local ? seen : published)}
      data-muted={!tile.microphoneOn}
      data-speaking={tile.speaking}
      data-status={tile.status}
      data-quality={tile.quality}
      data-local={tile.local ? "true" : undefined}
    >
      <video
        ref={video}
        className={mergeClasses(
          styles.video,
          isScreen && styles.whole,
          tile.local && !isScreen && styles.mirrored,
          !seen && styles.hidden,
        )}
        muted
        autoPlay
        playsInline
      />
      {!seen && (
        <div className={styles.avatar}>
          <Avatar name={tile.name} color="colorful" size={avatarSize(size)} idForColor={tile.participant} />
        </div>
      )}
      {undecodable !== null && (
        <Text className={styles.note} size={200} data-testid="undecodable">
          {strings.call.undecodable(undecodable)}
        </Text>
      )}
      <div className={mergeClasses(styles.ring, tile.speaking && styles.speaking)} />
      <TileLabel tile={tile} />
      <Button
        className={styles.pin}
        size="small"
        icon={pinned ? <PinOffRegular /> : <PinRegular />}
        aria-label={pinned ? strings.call.unpin(title) : strings.call.pin(title)}
        onClick={() => {
          onPin(pinned ? null : tile.key);
        }}
      />
    </article>
  );
}

function TileLabel({ tile }: { tile: TileState }) {
  const styles = useStyles();
  return (
    <div className={styles.label}>
      {tile.source === "screen" && <ShareScreenStartRegular className={styles.icon} />}
      {tile.source === "camera" && !tile.microphoneOn && (
        <MicOffFilled className={mergeClasses(styles.icon, styles.mutedIcon)} aria-label={strings.call.muted} />
      )}
      {tile.source === "camera" && tile.quality !== "good" && <QualityIcon quality={tile.quality} />}
      <Text size={200} truncate wrap={false} className={styles.name}>
        {isOwnScreen(tile) ? strings.call.yourScreen : <WithName words={wordsAround(tile)} name={tile.name} />}
      </Text>
    </div>
  );
}

function titleOf(tile: TileState): string {
  return isOwnScreen(tile) ? strings.call.yourScreen : wordsAround(tile)(tile.name);
}

function isOwnScreen({ source, local }: TileState): boolean {
  return source === "screen" && local;
}

function wordsAround({ source, local }: TileState): (name: string) => string {
  if (source === "screen") return strings.call.screenOf;
  return local ? strings.call.you : (name) => name;
}

function onOff(on: boolean): "on" | "off" {
  return on ? "on" : "off";
}

function avatarSize({ height }: Size): 36 | 56 | 96 | 128 {
  if (height < 120) return 36;
  if (height < 200) return 56;
  return height < 400 ? 96 : 128;
}
