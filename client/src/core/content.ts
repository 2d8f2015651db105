import type { ChatMessage, LobbyChanged, MeetingUpdated, SignallingError } from "../generated/protocol";
import type { Api, JoinAnswer } from "./api";
import { Chat } from "./chat";
import type { HostPlace } from "./hostApi";
import { Hosting } from "./hosting";
import type { IdentityStore } from "./identity";
import { type Notices, RosterNews } from "./notices";
import type { SendChat } from "./outbox";
import { applyToRoster, EMPTY_ROSTER, type Roster, type RosterMessage } from "./roster";
import { Store } from "./store";
import { TokenRenewal } from "./tokenRenewal";

export type Self = JoinAnswer["participant"];

interface ContentParts {
  api: Api;
  identity: IdentityStore;
  notices: Notices;
}

/** What is known of the meeting: its title, who is in it, what is said, and what one may decide in it. It outlives connections. */
export class Content {
  readonly title = new Store("");
  readonly locked = new Store(false);
  readonly self = new Store<Self | null>(null);
  readonly roster = new Store<Roster>(EMPTY_ROSTER);
  readonly chat = new Chat();
  readonly hosting: Hosting;
  readonly renewal: TokenRenewal;
  readonly #parts: ContentParts;
  readonly #news = new RosterNews();
  #session: JoinAnswer["session"] | null = null;

  constructor(parts: ContentParts) {
    this.#parts = parts;
    this.renewal = new TokenRenewal(parts);
    const { self, locked } = this;
    this.hosting = new Hosting({ hosts: parts.api.hosts, notices: parts.notices, self, locked, place: () => this.#place() });
  }

  /** Takes up what the API says of the session that one is in now, and asks for what was missed of it. */
  enter(answer: JoinAnswer, sendChat: SendChat): void {
    const { session, participant: { id, name } } = answer;
    this.#session = session;
    this.renewal.follow(answer);
    this.chat.connect({ participant: id, name }, sendChat);
    this.title.set(session.title);
    this.locked.set(session.locked);
    void this.#loadHistory();
    void this.hosting.lobby.refresh();
  }

  /** One is no longer in the session. */
  leave(): void {
    this.#session = null;
    this.renewal.stop();
    this.chat.disconnect();
    this.hosting.close();
  }

  setRoster(roster: Roster): void {
    this.#news.follow(this.roster.value, roster);
    this.roster.set(roster);
  }

  applyNews(news: RosterMessage): void {
    const before = this.roster.value;
    for (const notice of this.#news.noticesOf(before, news, this.self.value?.id)) this.#parts.notices.add(notice);
    this.setRoster(applyToRoster(before, news));
  }

  receive(message: ChatMessage | MeetingUpdated | LobbyChanged | SignallingError): void {
    switch (message.type) {
      case "chat": {
        const { name, text } = message;
        if (this.chat.receive(message)) this.#parts.notices.add({ type: "chatReceived", name, text });
        break;
      }
      case "meetingUpdated":
        this.#update(message);
        break;
      case "lobbyChanged":
        void this.hosting.lobby.refresh();
        break;
      case "error":
        // Without an id it may be about anything, but the control plane counts before it reads.
        if (message.requestId !== undefined) this.chat.refuse(message.requestId, message.code);
        else if (message.code === "TooManyRequests") this.chat.refuseOldest(message.code);
    }
  }

  #update({ title, locked }: MeetingUpdated): void {
    const { notices } = this.#parts;
    if (title !== this.title.value) notices.add({ type: "titleChanged", title });
    if (locked !== this.locked.value) notices.add({ type: "lockChanged", locked });
    this.title.set(title);
    this.locked.set(locked);
  }

  #place(): HostPlace | null {
    const kept = this.#parts.identity.get();
    const session = this.#session;
    return session && kept && { meeting: session.meeting, session: session.id, token: kept.token };
  }

  /** Shows what was said before. A history that does not come costs only the history: the live chat goes on. */
  async #loadHistory(): Promise<void> {
    const place = this.#place();
    if (place === null) return;
    this.chat.addHistory(await this.#parts.api.messages(place.meeting, place.token).catch(() => []));
  }
}
