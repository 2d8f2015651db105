import type { Layout, SlotRequest, SlotState } from "../generated/protocol";

/** A Publication that is on the screen, and how large. */
export interface Wanted {
  publication: string;
  /** In device pixels. */
  height: number;
  /** 0–100: who keeps quality when bandwidth is short. */
  priority: number;
}

/** The heights of the simulcast layers that a camera of 720 lines gives. */
const LAYER_HEIGHTS = [180, 360, 720, 1080] as const;
/** How much larger than a layer a tile may be before the next layer is worth its bits. */
const UPSCALE_TOLERANCE = 1.34;
const DEBOUNCE_MS = 80;

/** The height to ask for, so that small changes of a window's size change nothing. */
export function requestedHeight(tileHeight: number): number {
  return LAYER_HEIGHTS.find((height) => tileHeight <= height * UPSCALE_TOLERANCE) ?? 2160;
}

/**
 * Which slot shall carry what: a Publication that has a slot keeps it, so that no picture jumps to another decoder,
 * and a newcomer takes a free one. What does not fit is left out, least priority first.
 */
export function assignSlots(
  mids: readonly string[],
  previous: ReadonlyMap<string, SlotRequest>,
  wanted: readonly Wanted[],
): Map<string, SlotRequest> {
  const chosen = [...wanted].sort((a, b) => b.priority - a.priority).slice(0, mids.length);
  const open = new Map(chosen.map((want) => [want.publication, want]));
  const assigned = new Map<string, SlotRequest>();
  for (const mid of mids) {
    const kept = open.get(previous.get(mid)?.publication ?? "");
    if (kept === undefined) continue;
    assigned.set(mid, slotRequest(mid, kept));
    open.delete(kept.publication);
  }
  const newcomers = [...open.values()];
  for (const mid of mids) {
    if (assigned.has(mid)) continue;
    const newcomer = newcomers.shift();
    assigned.set(mid, newcomer === undefined ? { mid } : slotRequest(mid, newcomer));
  }
  return assigned;
}

/** Tells the node what each video slot of one Peer shall carry, a little after the last change of mind. */
export class SlotLayout {
  readonly #mids: readonly string[];
  readonly #send: (layout: Layout) => void;
  #requested = new Map<string, SlotRequest>();
  #wanted: readonly Wanted[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(mids: readonly string[], send: (layout: Layout) => void) {
    this.#mids = mids;
    this.#send = send;
  }

  want(wanted: readonly Wanted[]): void {
    this.#wanted = wanted;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, DEBOUNCE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    const assigned = assignSlots(this.#mids, this.#requested, this.#wanted);
    const changed = [...assigned.values()].filter((slot) => !sameRequest(slot, this.#requested.get(slot.mid)));
    this.#requested = assigned;
    if (changed.length > 0) this.#send({ type: "layout", slots: changed });
  }
}

/** What every slot carries, after the node named those that changed. */
export function applySlots(
  slots: ReadonlyMap<string, SlotState>,
  changed: readonly SlotState[],
): ReadonlyMap<string, SlotState> {
  const next = new Map(slots);
  for (const slot of changed) next.set(slot.mid, slot);
  return next;
}

function slotRequest(mid: string, want: Wanted): SlotRequest {
  return { mid, publication: want.publication, maxHeight: requestedHeight(want.height), priority: want.priority };
}

function sameRequest(a: SlotRequest, b: SlotRequest | undefined): boolean {
  return a.publication === b?.publication && a.maxHeight === b?.maxHeight && a.priority === b?.priority;
}

const LARGE_PRIORITY = 80;
const SMALL_PRIORITY = 40;

interface Shown {
  tile: { publication: string | null; local: boolean; source: "camera" | "screen" };
  /** In CSS pixels. */
  size: { height: number };
}

/** What to ask the node for, given what is on the screen: screens and the largest tile keep quality longest. */
export function wantedOf(shown: readonly Shown[], pixelRatio: number): Wanted[] {
  const largest = Math.max(0, ...shown.map(({ size }) => size.height));
  const allEqual = shown.every(({ size }) => size.height === largest);
  return shown.flatMap(({ tile, size }) => {
    if (tile.local || tile.publication === null) return [];
    const stands = tile.source === "screen" || (size.height === largest && !allEqual);
    const priority = stands ? LARGE_PRIORITY : SMALL_PRIORITY;
    return [{ publication: tile.publication, height: size.height * pixelRatio, priority }];
  });
}
