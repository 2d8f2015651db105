import type { ChatMessage, MeetingUpdated, SignallingError } from "../generated/protocol";
import type { Api, JoinAnswer } from "./api";
import { Chat } from "./chat";
import type { IdentityStore } from "./identity";
import { type Notices, RosterNews } from "./notices";
import { applyToRoster, EMPTY_ROSTER, type Roster, type RosterMessage } from "./roster";
import { Store } from "./store";

export type Self = JoinAnswer["participant"];

/** What is known of the meeting: its title, who is in it and what is said. It outlives connections. */
export class Content {
  readonly title = new Store("");
  readonly self = new Store<Self | null>(null);
  readonly roster = new Store<Roster>(EMPTY_ROSTER);
  readonly chat = new Chat();
  readonly #notices: Notices;
  readonly #news = new RosterNews();

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Shows what was said before. A history that does not come costs only the history: the live chat goes on. */
  async loadHistory(meeting: string, { api, identity }: { api: Api; identity: IdentityStore }): Promise<void> {
    const kept = identity.get();
    if (kept === null) return;
    this.chat.addHistory(await api.messages(meeting, kept.token).catch(() => []));
  }

  setRoster(roster: Roster): void {
    this.#news.follow(this.roster.value, roster);
    this.roster.set(roster);
  }

  applyNews(news: RosterMessage): void {
    const before = this.roster.value;
    for (const notice of this.#news.noticesOf(before, news, this.self.value?.id)) this.#notices.add(notice);
    this.setRoster(applyToRoster(before, news));
  }

  receive(message: ChatMessage | MeetingUpdated | SignallingError): void {
    switch (message.type) {
      case "chat": {
        const { name, text } = message;
        if (this.chat.receive(message)) this.#notices.add({ type: "chatReceived", name, text });
        break;
      }
      case "meetingUpdated":
        if (message.title === this.title.value) break;
        this.title.set(message.title);
        this.#notices.add({ type: "titleChanged", title: message.title });
        break;
      case "error":
        // Without an id it may be about anything, but the control plane counts before it reads.
        if (message.requestId !== undefined) this.chat.refuse(message.requestId, message.code);
        else if (message.code === "TooManyRequests") this.chat.refuseOldest(message.code);
    }
  }
}
