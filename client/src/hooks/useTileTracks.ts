import type { Tile } from "../core/tiles";
import { Store } from "../core/store";
import { useSession } from "./session";
import { useStore } from "./useStore";

const NO_VIDEOS = new Store<ReadonlyMap<string, MediaStreamTrack>>(new Map());

const NONE_UNDECODABLE = new Store<ReadonlyMap<string, string>>(new Map());

/** Answers in which codec a tile's picture comes where this browser cannot decode it. */
export function useUndecodable(): (tile: Tile) => string | null {
  const connection = useStore(useSession().meeting.connection);
  const undecodable = useStore(connection?.undecodable ?? NONE_UNDECODABLE);
  return ({ publication }) => (publication === null ? null : (undecodable.get(publication) ?? null));
}

/** Answers which track a tile shows now: one's own straight from the device, the others' from their slots. */
export function useTileTracks(): (tile: Tile) => MediaStreamTrack | null {
  const { meeting, media } = useSession();
  const connection = useStore(meeting.connection);
  const videos = useStore(connection?.videos ?? NO_VIDEOS);
  const camera = useStore(media.camera.state).track;
  const screen = useStore(media.screen.state).video;
  return (tile) => {
    if (tile.local) return tile.source === "screen" ? screen : camera;
    return tile.publication === null ? null : (videos.get(tile.publication) ?? null);
  };
}
