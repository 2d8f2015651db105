import type { Role, Source } from "../generated/protocol";
import type { Http, HttpRequest } from "./http";
import type { Schemas } from "./schemas";

export type WaitingPerson = Schemas["WaitingPerson"];
export type Person = Schemas["ParticipantResource"];

/** Where somebody moderates, and by which join token. */
export interface HostPlace {
  meeting: string;
  session: string;
  token: string;
}

const DEADLINE_MS = 15_000;

/** What the API does for those who moderate (docs/meetings.md). Refusals are ApiErrors; no answer is a NetworkError. */
export class HostApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Who waits to be let in, who asked first first. */
  async waiting({ session, token }: HostPlace): Promise<WaitingPerson[]> {
    const path = `/sessions/${session}/lobby`;
    const page = await this.#http.json<{ value: WaitingPerson[] }>(path, { ...ask(token), method: "GET" });
    return page.value;
  }

  async decide({ session, token }: HostPlace, participant: string, decision: "admit" | "deny"): Promise<void> {
    await this.#http.send(`/sessions/${session}/lobby/${participant}:${decision}`, ask(token));
  }

  async admitAll({ session, token }: HostPlace): Promise<void> {
    await this.#http.send(`/sessions/${session}/lobby:admitAll`, ask(token));
  }

  /** What somebody is in the session. */
  async participant({ session, token }: HostPlace, participant: string): Promise<Person> {
    return this.#http.json(`/sessions/${session}/participants/${participant}`, { ...ask(token), method: "GET" });
  }

  /** Gives a role with its grants, or with those that are named. */
  async setRole(place: HostPlace, participant: string, role: Role, grants?: Person["granted"]): Promise<void> {
    await this.#change(place, participant, { role, ...(grants && { grants }) });
  }

  /** Turns sources of somebody off; who is meant may turn them on again. */
  async mute(place: HostPlace, participant: string, mutedSources: readonly Source[]): Promise<void> {
    await this.#change(place, participant, { mutedSources });
  }

  /** Mutes everybody who does not moderate. */
  async muteAll({ session, token }: HostPlace): Promise<void> {
    await this.#http.send(`/sessions/${session}/participants:muteAll`, ask(token));
  }

  /** Takes somebody out and, with `ban`, keeps them out of the meeting. */
  async remove({ session, token }: HostPlace, participant: string, ban: boolean): Promise<void> {
    await this.#http.send(`/sessions/${session}/participants/${participant}:remove`, { ...ask(token), body: { ban } });
  }

  /** Moves somebody into another meeting, as what they are now. */
  async move({ session, token }: HostPlace, participant: string, meeting: string): Promise<void> {
    await this.#http.send(`/sessions/${session}/participants/${participant}:move`, { ...ask(token), body: { meeting } });
  }

  async lock({ meeting, token }: HostPlace, locked: boolean): Promise<void> {
    await this.#http.send(`/meetings/${encodeURIComponent(meeting)}:${locked ? "lock" : "unlock"}`, ask(token));
  }

  /** Ends the session for everybody. */
  async end({ meeting, token }: HostPlace): Promise<void> {
    await this.#http.send(`/meetings/${encodeURIComponent(meeting)}:end`, ask(token));
  }

  async #change({ session, token }: HostPlace, participant: string, body: object): Promise<void> {
    await this.#http.send(`/sessions/${session}/participants/${participant}`, { ...ask(token), method: "PATCH", body });
  }
}

function ask(token: string): HttpRequest {
  return { method: "POST", token, signal: AbortSignal.timeout(DEADLINE_MS) };
}
