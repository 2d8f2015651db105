import type { ChatEvent, ChatMessage, ErrorCode } from "../generated/protocol";
import type { StoredMessage } from "./api";
import { newRequestId } from "./ids";
import { Store } from "./store";

export type ChatStatus = "sending" | "sent" | "failed";

export interface ChatLine {
  /** The sender's own id of the message: the same before and after the control plane stored it. */
  clientId: string;
  participant: string;
  name: string;
  text: string;
  /** Milliseconds since the epoch. */
  sentOn: number;
  status: ChatStatus;
  /** Why it failed, if the control plane said so. */
  code?: ErrorCode;
}

export interface ChatState {
  lines: readonly ChatLine[];
  unread: number;
}

export const MAX_CHAT_CHARACTERS = 4000;

/**
 * The chat of a meeting. What one sends is shown at once and becomes `sent` when it comes back; the same message
 * from the history, from a redelivery or from a second sending is shown once.
 */
export class Chat {
  readonly state = new Store<ChatState>({ lines: [], unread: 0 });
  #open = false;
  #send: ((event: ChatEvent) => Promise<void>) | null = null;
  #self: { participant: string; name: string } = { participant: "", name: "" };

  /** Binds the chat to a connection; what was still under way is sent again, and stored once. */
  connect(self: { participant: string; name: string }, send: (event: ChatEvent) => Promise<void>): void {
    this.#self = self;
    this.#send = send;
    for (const line of this.state.value.lines) {
      if (line.status === "sending") void this.#deliver(line.clientId, line.text);
    }
  }

  /** Whether the panel is open: then nothing is unread. */
  setOpen(open: boolean): void {
    this.#open = open;
    if (open) this.state.update((state) => ({ ...state, unread: 0 }));
  }

  async send(text: string, now = Date.now()): Promise<void> {
    const trimmed = text.trim().slice(0, MAX_CHAT_CHARACTERS);
    if (trimmed === "") return;
    const clientId = newRequestId();
    this.#merge([{ ...this.#self, clientId, text: trimmed, sentOn: now, status: "sending" }]);
    await this.#deliver(clientId, trimmed);
  }

  async retry(clientId: string): Promise<void> {
    const line = this.#own(clientId);
    if (line?.status !== "failed") return;
    this.#setStatus(clientId, "sending");
    await this.#deliver(clientId, line.text);
  }

  receive(message: ChatMessage): void {
    const received = toLine(message);
    const isNew = !this.state.value.lines.some((line) => keyOf(line) === keyOf(received));
    this.#merge([received]);
    if (isNew && !this.#open && message.participant !== this.#self.participant) {
      this.state.update((state) => ({ ...state, unread: state.unread + 1 }));
    }
  }

  /** Takes the messages that were sent before one came, or while one was away. */
  addHistory(messages: readonly StoredMessage[]): void {
    this.#merge(messages.map(toLine));
  }

  /** The control plane's refusal of a message; answers whether it was about one of ours. */
  refuse(clientId: string, code: ErrorCode): boolean {
    if (this.#own(clientId) === undefined) return false;
    this.#setStatus(clientId, "failed", code);
    return true;
  }

  async #deliver(clientId: string, text: string): Promise<void> {
    try {
      if (this.#send === null) throw new Error("not connected");
      await this.#send({ clientId, text });
    } catch {
      this.#setStatus(clientId, "failed");
    }
  }

  #own(clientId: string): ChatLine | undefined {
    return this.state.value.lines.find((line) => keyOf(line) === keyOf({ ...this.#self, clientId }));
  }

  #setStatus(clientId: string, status: ChatStatus, code?: ErrorCode): void {
    const own = this.#own(clientId);
    if (own === undefined || own.status === "sent") return;
    this.#merge([{ ...own, status, ...(code !== undefined && { code }) }]);
  }

  #merge(lines: readonly ChatLine[]): void {
    this.state.update((state) => {
      const merged = new Map(state.lines.map((line) => [keyOf(line), line]));
      for (const line of lines) merged.set(keyOf(line), line);
      return { ...state, lines: [...merged.values()].sort((a, b) => a.sentOn - b.sentOn) };
    });
  }
}

/** A client id is unique among one participant's messages only; another's message can never take the place of theirs. */
export function keyOf({ participant, clientId }: Pick<ChatLine, "participant" | "clientId">): string {
  return `${participant} ${clientId}`;
}

function toLine({ clientId, participant, name, text, sentOn }: Omit<ChatMessage, "type">): ChatLine {
  return { clientId, participant, name, text, sentOn: Date.parse(sentOn), status: "sent" };
}
