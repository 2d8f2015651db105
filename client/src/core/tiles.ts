import type { ConnectionQuality, ParticipantState, ParticipantStatus } from "../generated/protocol";
import { isLive, publicationOf, qualityOf, type Roster } from "./roster";

/** One picture on the stage: a participant's camera (or avatar), or the screen it shares. */
export interface Tile {
  readonly key: string;
  readonly participant: string;
  readonly name: string;
  readonly source: "camera" | "screen";
  readonly local: boolean;
  /** The Publication to look at, or null while there is nothing to see. */
  readonly publication: string | null;
  readonly microphoneOn: boolean;
  readonly speaking: boolean;
  readonly status: ParticipantStatus;
  readonly quality: ConnectionQuality;
}

/** What the person chose to see large. */
export type View = "grid" | "speaker";

export interface StageChoice {
  view: View;
  /** The key of the tile that the person pinned, if any. */
  pinned: string | null;
  page: number;
}

export interface StagePlan {
  /** The tile shown large, or null for a grid of equals. */
  focus: Tile | null;
  tiles: readonly Tile[];
  page: number;
  pages: number;
}

/** A grid page takes nine tiles and a strip six: with a focused one never more remote videos than there are slots. */
export const GRID_PAGE = 9;
export const STRIP_PAGE = 6;

/** Every tile there could be: oneself first, then the others in the order of `order`, screens before cameras. */
export function tilesOf(roster: Roster, self: string, order: readonly string[]): Tile[] {
  const others = order.filter((id) => id !== self);
  const people = [self, ...others].flatMap((id) => roster.participants.get(id) ?? []);
  const screens = people.filter((person) => isLive(person, "screen"));
  return [
    ...screens.map((person) => tileOf(person, "screen", roster, self)),
    ...people.map((person) => tileOf(person, "camera", roster, self)),
  ];
}

/** Which tile is large, and which others are on the page that is shown. */
export function planStage(tiles: readonly Tile[], roster: Roster, choice: StageChoice): StagePlan {
  const focus = focusOf(tiles, roster, choice);
  const rest = focus === null ? tiles : tiles.filter((tile) => tile.key !== focus.key);
  const size = focus === null ? GRID_PAGE : STRIP_PAGE;
  const pages = Math.max(1, Math.ceil(rest.length / size));
  const page = Math.min(Math.max(choice.page, 0), pages - 1);
  return { focus, tiles: rest.slice(page * size, (page + 1) * size), page, pages };
}

/**
 * The order of people with newcomers at its end, those who left taken out, and the dominant speaker on the first
 * page: one who is further back changes places with the last of that page, and nobody else moves.
 *
 * @param firstPage how many tiles the first page has; oneself takes one of them
 */
export function nextOrder(
  order: readonly string[],
  roster: Roster,
  self: string,
  firstPage: number,
): readonly string[] {
  const known = order.filter((id) => roster.participants.has(id));
  const present = new Set(known);
  const next = [...known, ...[...roster.participants.keys()].filter((id) => id !== self && !present.has(id))];
  const last = firstPage - 2;
  const speaker = roster.dominant === null ? -1 : next.indexOf(roster.dominant);
  const displaced = next[last];
  if (speaker > last && displaced !== undefined && roster.dominant !== null) {
    next[last] = roster.dominant;
    next[speaker] = displaced;
  }
  return next.length === order.length && next.every((id, index) => id === order[index]) ? order : next;
}

function focusOf(tiles: readonly Tile[], roster: Roster, { view, pinned }: StageChoice): Tile | null {
  const wanted =
    tiles.find((tile) => tile.key === pinned) ?? tiles.find((tile) => tile.source === "screen" && !tile.local);
  if (wanted !== undefined || view === "grid") return wanted ?? null;
  const remote = tiles.filter((tile) => !tile.local);
  const dominant = remote.find((tile) => tile.participant === roster.dominant);
  // Who spoke last, and is neither heard nor seen now, makes way for somebody who is seen.
  if (dominant !== undefined && (dominant.speaking || dominant.publication !== null)) return dominant;
  return remote.find((tile) => tile.publication !== null) ?? dominant ?? remote[0] ?? null;
}

function tileOf(person: ParticipantState, source: Tile["source"], roster: Roster, self: string): Tile {
  const publication = publicationOf(person, source);
  return {
    key: `${person.participant}:${source}`,
    participant: person.participant,
    name: person.name,
    source,
    local: person.participant === self,
    publication: publication === undefined || publication.muted ? null : publication.publication,
    microphoneOn: isLive(person, "microphone"),
    speaking: source === "camera" && roster.speaking.includes(person.participant),
    status: person.status,
    quality: qualityOf(roster, person),
  };
}
