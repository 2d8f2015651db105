export interface Size {
  width: number;
  height: number;
}

export interface Grid {
  columns: number;
  rows: number;
  /** The size of one tile, in whole CSS pixels. */
  tile: Size;
}

const TILE_ASPECT = 16 / 9;

/** The number of columns with which `count` tiles of 16:9 in a box of that size become largest. */
export function fitGrid(count: number, box: Size, gap: number): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = (box.width - gap * (columns - 1)) / columns;
    const height = (box.height - gap * (rows - 1)) / rows;
    const tile = fitAspect({ width, height });
    if (tile.width > best.tile.width) best = { columns, rows, tile };
  }
  return best;
}

function fitAspect({ width, height }: Size): Size {
  const fitted = Math.max(0, Math.min(width, height * TILE_ASPECT));
  return { width: Math.floor(fitted), height: Math.floor(fitted / TILE_ASPECT) };
}

export interface FocusLayout {
  focus: Size;
  /** The size of a tile in the strip beside (or, in a high box, below) the focused one. */
  strip: Size;
  beside: boolean;
}

const STRIP_SHARE = 0.2;
const MIN_STRIP = 120;
const MAX_STRIP = 260;

/** One large tile, and a strip of `count` small ones that takes about a fifth of the box. */
export function fitFocus(count: number, box: Size, gap: number): FocusLayout {
  const beside = box.width >= box.height;
  if (count === 0) return { focus: box, strip: { width: 0, height: 0 }, beside };
  const across = clamp((beside ? box.width : box.height) * STRIP_SHARE, MIN_STRIP, MAX_STRIP);
  const along = ((beside ? box.height : box.width) - gap * (count - 1)) / count;
  const strip = fitAspect(beside ? { width: across, height: along } : { width: along, height: across });
  const focus = beside
    ? { width: box.width - strip.width - gap, height: box.height }
    : { width: box.width, height: box.height - strip.height - gap };
  return { focus, strip, beside };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
