import type {
  ConnectionQuality,
  ParticipantChanged,
  ParticipantLeft,
  ParticipantState,
  PublicationState,
  Quality,
  Roster as RosterPage,
  Source,
  Speakers,
} from "../generated/protocol";

/** Everyone in the session, in the order in which the node named them, and who is heard. */
export interface Roster {
  readonly participants: ReadonlyMap<string, ParticipantState>;
  /** Participants heard now, loudest first. */
  readonly speaking: readonly string[];
  /** Who leads the conversation; stays until somebody else does. */
  readonly dominant: string | null;
  /** How the connections are that are not good, as the node judges them. */
  readonly qualities: ReadonlyMap<string, ConnectionQuality>;
  /** The pages so far of a roster that is still coming. */
  readonly pages: readonly ParticipantState[];
}

export type RosterMessage = RosterPage | ParticipantChanged | ParticipantLeft | Speakers | Quality;

export const EMPTY_ROSTER: Roster = {
  participants: new Map(),
  speaking: [],
  dominant: null,
  qualities: new Map(),
  pages: [],
};

/** A roster of exactly these people, as `joined` brings it. */
export function rosterOf(participants: readonly ParticipantState[]): Roster {
  return { ...EMPTY_ROSTER, participants: byId(participants) };
}

export function applyToRoster(roster: Roster, message: RosterMessage): Roster {
  switch (message.type) {
    case "roster": {
      const pages = [...roster.pages, ...message.participants];
      if (message.more) return { ...roster, pages };
      return { ...roster, pages: [], participants: byId(pages), qualities: new Map() };
    }
    case "participant": {
      const participants = new Map(roster.participants);
      participants.set(message.participant.participant, message.participant);
      return { ...roster, participants };
    }
    case "participantLeft": {
      const participants = new Map(roster.participants);
      participants.delete(message.participant);
      const qualities = new Map(roster.qualities);
      qualities.delete(message.participant);
      const dominant = roster.dominant === message.participant ? null : roster.dominant;
      return { ...roster, participants, qualities, dominant };
    }
    case "speakers":
      return {
        ...roster,
        speaking: message.speakers.map((speaker) => speaker.participant),
        dominant: message.dominant ?? roster.dominant,
      };
    case "quality": {
      const qualities = new Map(roster.qualities);
      for (const { participant, quality } of message.participants) {
        if (quality === "good") qualities.delete(participant);
        else qualities.set(participant, quality);
      }
      return { ...roster, qualities };
    }
  }
}

/** The participant's Publication of that source, muted or not. */
export function publicationOf(participant: ParticipantState, source: Source): PublicationState | undefined {
  return participant.publications.find((publication) => publication.source === source);
}

/** Whether others can see or hear that source of the participant. */
export function isLive(participant: ParticipantState, source: Source): boolean {
  return publicationOf(participant, source)?.muted === false;
}

/** Every Publication by its id. */
export function publicationsOf({ participants }: Roster): ReadonlyMap<string, PublicationState> {
  const all = [...participants.values()].flatMap(({ publications }) => publications);
  return new Map(all.map((publication) => [publication.publication, publication]));
}

/** How the participant's connection is; of a silent one nothing needs to be judged. */
export function qualityOf(roster: Roster, { participant, status }: ParticipantState): ConnectionQuality {
  return status === "reconnecting" ? "lost" : (roster.qualities.get(participant) ?? "good");
}

function byId(participants: readonly ParticipantState[]): ReadonlyMap<string, ParticipantState> {
  return new Map(participants.map((participant) => [participant.participant, participant]));
}
