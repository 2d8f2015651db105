import type { ParticipantState, Role, Source } from "../generated/protocol";
import type { Self } from "./content";
import { ApiError, NetworkError, ParleyError } from "./errors";
import type { HostApi, HostPlace, Person, WaitingPerson } from "./hostApi";
import { LobbyList } from "./lobbyList";
import type { Notices } from "./notices";
import { type Readable, Store } from "./store";

/** Why the API did not do what somebody who moderates asked for; the words are in src/strings. */
export type HostProblem = "notAllowed" | "gone" | "changed" | "tooMany" | "expired" | "noMeeting" | "full" | "away" | "unreachable" | "refused";

/** What was done last and hurts nobody, so that it takes a word to take it back and none to do it. */
export interface Undoable {
  id: number;
  done: { type: "denied"; name: string } | { type: "roleChanged"; name: string; role: Role };
  /** Takes it back; what fails can be tried again. */
  undo: () => Promise<void>;
}

export interface HostingParts {
  hosts: HostApi;
  notices: Notices;
  self: Readable<Self | null>;
  locked: Store<boolean>;
  /** Where one is; null while one is nowhere. */
  place: () => HostPlace | null;
}

const ROLES: readonly Role[] = ["host", "coHost", "presenter", "attendee", "viewer"];

/** Whether somebody may decide on another: those who moderate on everybody, but only hosts on a host. */
export function mayDecideOn(self: Self, person: Pick<ParticipantState, "participant" | "role">): boolean {
  if (!self.grants.moderate || person.participant === self.id) return false;
  return person.role !== "host" || self.role === "host";
}

/** The roles that somebody who moderates may give. */
export function rolesToGive(self: Self): readonly Role[] {
  return self.role === "host" ? ROLES : ROLES.filter((role) => role !== "host");
}

/** What those who moderate a meeting do. The API decides whether they may; a refusal becomes a notice. */
export class Hosting {
  readonly lobby: LobbyList;
  readonly undoable = new Store<Undoable | null>(null);
  readonly #parts: HostingParts;
  #moderates = false;
  #undoables = 0;

  constructor(parts: HostingParts) {
    this.#parts = parts;
    const read = () => {
      const place = this.#moderates ? parts.place() : null;
      return place && parts.hosts.waiting(place);
    };
    this.lobby = new LobbyList(read, ([newest]) => {
      if (newest === undefined) return;
      parts.notices.add({ type: "waiting", name: newest.name, count: this.lobby.waiting.value.length });
    });
    parts.self.subscribe(() => {
      this.#follow(parts.self.value?.grants.moderate === true);
    });
  }

  /** Ends what goes on only in a meeting. */
  close(): void {
    this.#moderates = false;
    this.lobby.close();
    this.undoable.set(null);
  }

  /** Answers whether it was done. */
  admit({ participant }: WaitingPerson): Promise<boolean> {
    return this.#decide([participant], (hosts, place) => hosts.decide(place, participant, "admit"));
  }

  async deny(person: WaitingPerson): Promise<void> {
    const { participant, name } = person;
    const isDone = await this.#decide([participant], (hosts, place) => hosts.decide(place, participant, "deny"));
    if (isDone) this.#offerUndo({ type: "denied", name }, () => this.admit(person));
  }

  async admitAll(): Promise<void> {
    const everybody = this.lobby.waiting.value.map(({ participant }) => participant);
    await this.#decide(everybody, (hosts, place) => hosts.admitAll(place));
  }

  async mute(participant: string, source: Source): Promise<void> {
    await this.#do((hosts, place) => hosts.mute(place, participant, withSound(source)));
  }

  async muteAll(): Promise<void> {
    if (await this.#do((hosts, place) => hosts.muteAll(place))) this.#parts.notices.add({ type: "mutedAll" });
  }

  /** To be taken back with the grants from before, which may be other than the former role's. */
  async setRole({ participant, name }: ParticipantState, role: Role): Promise<void> {
    const before = await this.#ask((hosts, place) => hosts.participant(place, participant));
    if (before === null) return;
    const give = (given: Role, grants?: Person["granted"]) =>
      this.#do((hosts, place) => hosts.setRole(place, participant, given, grants));
    if (await give(role)) this.#offerUndo({ type: "roleChanged", name, role }, () => give(before.role, before.granted));
  }

  async remove(participant: string, ban: boolean): Promise<void> {
    await this.#do((hosts, place) => hosts.remove(place, participant, ban));
  }

  /** Into another meeting: a breakout room of this one, or from there the main meeting. */
  async move(participant: string, meeting: string): Promise<void> {
    await this.#do((hosts, place) => hosts.move(place, participant, meeting));
  }

  async lock(locked: boolean): Promise<void> {
    if (await this.#do((hosts, place) => hosts.lock(place, locked))) this.#parts.locked.set(locked);
  }

  async endForEverybody(): Promise<void> {
    await this.#do((hosts, place) => hosts.end(place));
  }

  /** It has been taken back, or nobody wanted to. */
  settle(id: number): void {
    this.undoable.update((undoable) => (undoable?.id === id ? null : undoable));
  }

  #follow(moderates: boolean): void {
    if (moderates === this.#moderates) return;
    this.#moderates = moderates;
    void this.lobby.refresh();
  }

  #offerUndo(done: Undoable["done"], takeBack: () => Promise<boolean>): void {
    this.#undoables += 1;
    const id = this.#undoables;
    const undo = async () => {
      if (await takeBack()) this.settle(id);
    };
    this.undoable.set({ id, done, undo });
  }

  #decide(participants: readonly string[], action: HostAction): Promise<boolean> {
    return this.lobby.decide(participants, () => this.#do(action));
  }

  /** Answers whether it was done. */
  async #do(action: HostAction): Promise<boolean> {
    const done = await this.#ask(async (hosts, place) => {
      await action(hosts, place);
      return true;
    });
    return done ?? false;
  }

  /** What the API answers; null when it refuses, which is told, and where one is nowhere. */
  async #ask<T>(question: (hosts: HostApi, place: HostPlace) => Promise<T>): Promise<T | null> {
    const place = this.#parts.place();
    if (place === null) return null;
    try {
      return await question(this.#parts.hosts, place);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      this.#parts.notices.add({ type: "hostRefused", problem: problemOf(error) });
      return null;
    }
  }
}

type HostAction = (hosts: HostApi, place: HostPlace) => Promise<void>;

const PROBLEMS_BY_CODE: Record<string, HostProblem> = {
  MeetingNotFound: "noMeeting",
  MeetingFull: "full",
  ParticipantUnreachable: "away",
  MediaProviderDiffers: "refused",
};
const PROBLEMS: Record<number, HostProblem> = {
  401: "expired",
  403: "notAllowed",
  404: "gone",
  409: "changed",
  412: "changed",
  429: "tooMany",
};

function problemOf(error: ParleyError): HostProblem {
  if (error instanceof NetworkError) return "unreachable";
  if (!(error instanceof ApiError)) return "refused";
  return error.status >= 500 ? "unreachable" : (PROBLEMS_BY_CODE[error.code] ?? PROBLEMS[error.status] ?? "refused");
}

/** A shared screen goes with its sound. */
function withSound(source: Source): readonly Source[] {
  return source === "screen" ? ["screen", "screenAudio"] : [source];
}
