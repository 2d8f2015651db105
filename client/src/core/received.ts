import type { SlotStats, Source } from "../generated/protocol";
import type { Roster } from "./roster";

/** What a slot carries, and of whom. */
export interface Received {
  readonly slot: SlotStats;
  readonly name: string;
  readonly source: Source;
}

/** The slots whose Publication is in the roster, pictures before sounds, each in the order of the roster. */
export function receivedOf(roster: Roster, slots: readonly SlotStats[]): Received[] {
  const bySlot = new Map(slots.map((slot) => [slot.publication, slot]));
  const received = [...roster.participants.values()].flatMap(({ name, publications }) =>
    publications.flatMap(({ publication, source }) => {
      const slot = bySlot.get(publication);
      return slot === undefined ? [] : [{ slot, name, source }];
    }),
  );
  return [...received.filter(isPicture), ...received.filter((each) => !isPicture(each))];
}

function isPicture({ source }: Received): boolean {
  return source === "camera" || source === "screen";
}

/** The layer that a slot carries: its simulcast encoding or spatial layer, and its temporal layer, as far as there are any. */
export function layerOf({ rid, spatialLayer, temporalLayer }: SlotStats): string {
  const quality = rid ?? (spatialLayer === undefined ? "" : `S${spatialLayer}`);
  return [quality, temporalLayer === undefined ? "" : `T${temporalLayer}`].filter((part) => part !== "").join(" ");
}
