import { makeStyles } from "@fluentui/react-components";
import { useEffect, useMemo, useRef } from "react";
import { fitFocus, fitGrid, type Size } from "../core/grid";
import { wantedOf } from "../core/layout";
import type { StagePlan, Tile as TileState } from "../core/tiles";
import { useSession } from "../hooks/session";
import { useElementSize } from "../hooks/useElementSize";
import { useStore } from "../hooks/useStore";
import { useTileTracks, useUndecodable } from "../hooks/useTileTracks";
import { strings } from "../strings";
import { Pager } from "./Pager";
import { Tile } from "./Tile";

const GAP = 10;

const useStyles = makeStyles({
  stage: { position: "absolute", inset: "14px", display: "flex", alignItems: "center", justifyContent: "center", gap: `${GAP}px` },
  tiles: { display: "flex", flexWrap: "wrap", justifyContent: "center", alignContent: "center", gap: `${GAP}px` },
});

interface Placed {
  tile: TileState;
  size: Size;
}

/** The pictures of the meeting: a grid of equals, or one large with the others in a strip. */
export function Stage() {
  const styles = useStyles();
  const { meeting, stage } = useSession();
  const plan = useStore(stage.plan);
  const { pinned } = useStore(stage.choice);
  const connection = useStore(meeting.connection);
  const box = useRef<HTMLDivElement>(null);
  const size = useElementSize(box);
  const placement = useMemo(() => place(plan, size), [plan, size]);
  const trackOf = useTileTracks();
  const undecodableOf = useUndecodable();

  useEffect(() => {
    if (connection !== null) meeting.show(wantedOf(placement.all, window.devicePixelRatio));
  }, [meeting, connection, placement]);

  const renderTile = ({ tile, size: tileSize }: Placed) => (
    <Tile
      key={tile.key}
      tile={tile}
      size={tileSize}
      track={trackOf(tile)}
      undecodable={undecodableOf(tile)}
      pinned={pinned === tile.key}
      onPin={(key) => {
        stage.pin(key);
      }}
    />
  );

  return (
    <section
      ref={box}
      className={styles.stage}
      style={{ flexDirection: placement.beside ? "row" : "column" }}
      aria-label={strings.call.stage}
      data-testid="stage"
    >
      {placement.focus !== null && renderTile(placement.focus)}
      <div className={styles.tiles} style={placement.tilesStyle}>
        {placement.others.map(renderTile)}
      </div>
      <Pager />
    </section>
  );
}

interface Placement {
  focus: Placed | null;
  others: readonly Placed[];
  all: readonly Placed[];
  beside: boolean;
  /** Keeps the tiles to the planned number in a row. */
  tilesStyle: { inlineSize: number | "auto" };
}

function place(plan: StagePlan, box: Size): Placement {
  const { focus, tiles } = plan;
  if (focus === null) {
    const { columns, tile } = fitGrid(tiles.length, box, GAP);
    const others = tiles.map((each) => ({ tile: each, size: tile }));
    const inlineSize = columns * tile.width + (columns - 1) * GAP;
    return { focus: null, others, all: others, beside: true, tilesStyle: { inlineSize } };
  }
  const layout = fitFocus(tiles.length, box, GAP);
  const others = tiles.map((each) => ({ tile: each, size: layout.strip }));
  const large = { tile: focus, size: layout.focus };
  const inlineSize = layout.beside ? layout.strip.width : "auto";
  return { focus: large, others, all: [large, ...others], beside: layout.beside, tilesStyle: { inlineSize } };
}
