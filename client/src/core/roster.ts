import type {
  ParticipantChanged,
  ParticipantLeft,
  ParticipantState,
  PublicationState,
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
  /** The pages so far of a roster that is still coming. */
  readonly pages: readonly ParticipantState[];
}

export type RosterMessage = RosterPage | ParticipantChanged | ParticipantLeft | Speakers;

export const EMPTY_ROSTER: Roster = { participants: new Map(), speaking: [], dominant: null, pages: [] };

/** A roster of exactly these people, as `joined` brings it. */
export function rosterOf(participants: readonly ParticipantState[]): Roster {
  return { ...EMPTY_ROSTER, participants: byId(participants) };
}

export function applyToRoster(roster: Roster, message: RosterMessage): Roster {
  switch (message.type) {
    case "roster": {
      const pages = [...roster.pages, ...message.participants];
      if (message.more) return { ...roster, pages };
      return { ...roster, pages: [], participants: byId(pages) };
    }
    case "participant": {
      const participants = new Map(roster.participants);
      participants.set(message.participant.participant, message.participant);
      return { ...roster, participants };
    }
    case "participantLeft": {
      const participants = new Map(roster.participants);
      participants.delete(message.participant);
      const dominant = roster.dominant === message.participant ? null : roster.dominant;
      return { ...roster, participants, dominant };
    }
    case "speakers":
      return {
        ...roster,
        speaking: message.speakers.map((speaker) => speaker.participant),
        dominant: message.dominant ?? roster.dominant,
      };
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

function byId(participants: readonly ParticipantState[]): ReadonlyMap<string, ParticipantState> {
  return new Map(participants.map((participant) => [participant.participant, participant]));
}
