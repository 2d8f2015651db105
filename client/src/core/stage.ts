import type { Roster } from "./roster";
import { Store, type Readable } from "./store";
import { GRID_PAGE, nextOrder, planStage, STRIP_PAGE, tilesOf, type StageChoice, type StagePlan, type View } from "./tiles";

const NOTHING: StagePlan = { focus: null, tiles: [], page: 0, pages: 1 };

/** What is on the stage: follows the roster, and the person's choices. */
export class Stage {
  readonly plan = new Store<StagePlan>(NOTHING);
  readonly choice = new Store<StageChoice>({ view: "grid", pinned: null, page: 0 });
  readonly #roster: Readable<Roster>;
  readonly #self: Readable<{ id: string } | null>;
  #order: readonly string[] = [];

  constructor(roster: Readable<Roster>, self: Readable<{ id: string } | null>) {
    this.#roster = roster;
    this.#self = self;
    for (const source of [roster, self, this.choice]) {
      source.subscribe(() => {
        this.#replan();
      });
    }
  }

  setView(view: View): void {
    this.choice.update((choice) => ({ ...choice, view, pinned: null, page: 0 }));
  }

  /** Shows that tile large, or no tile for null. */
  pin(key: string | null): void {
    this.choice.update((choice) => ({ ...choice, pinned: key }));
  }

  setPage(page: number): void {
    this.choice.update((choice) => ({ ...choice, page }));
  }

  #replan(): void {
    const self = this.#self.value?.id;
    if (self === undefined) return;
    const roster = this.#roster.value;
    const firstPage = this.plan.value.focus === null ? GRID_PAGE : STRIP_PAGE;
    this.#order = nextOrder(this.#order, roster, self, firstPage);
    this.plan.set(planStage(tilesOf(roster, self, this.#order), roster, this.choice.value));
  }
}
