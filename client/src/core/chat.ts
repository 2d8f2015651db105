import type { ChatMessage, ErrorCode } from "../generated/protocol";
import type { StoredMessage } from "./api";
import { newRequestId } from "./ids";
import { Outbox, type SendChat } from "./outbox";
import { Store } from "./store";

export type ChatStatus = "sending" | "sent" | "failed";

export interface ChatLine {
  /** The sender's own id of the message: the same before and after the control plane stored it. */
  clientId: string;
  participant: string;
  name: string;
  text: string;
  /** Milliseconds since the epoch by the clock of the control plane, or null until it has stored the message. */
  sentOn: number | null;
  status: ChatStatus;
  /** Why it failed, if the control plane said so. */
  code?: ErrorCode;
}

export interface ChatState {
  lines: readonly ChatLine[];
  unread: number;
  /** Whether there is a way to send and receive now. */
  connected: boolean;
}

export const MAX_CHAT_CHARACTERS = 4000;

/**
 * The chat of a meeting. What one sends is shown at once and becomes `sent` when it comes back; the same message
 * from the history, from a redelivery or from a second sending is shown once.
 *
 * Sent lines stand in the order of the control plane's clock. Lines of one's own that it has not stored yet stand
 * below them in the order of typing, so that the clock of this device never has a say.
 */
export class Chat {
  readonly state = new Store<ChatState>({ lines: [], unread: 0, connected: false });
  readonly #outbox = new Outbox((clientId) => {
    this.#setStatus(clientId, "failed");
  });
  #open = false;
  #self: { participant: string; name: string } = { participant: "", name: "" };

  /** Binds the chat to a connection; what was still under way is sent again, and stored once. */
  connect(self: { participant: string; name: string }, send: SendChat): void {
    this.#self = self;
    this.state.update((state) => ({ ...state, connected: true }));
    this.#outbox.connect(send);
  }

  disconnect(): void {
    this.state.update((state) => ({ ...state, connected: false }));
    this.#outbox.disconnect();
  }

  /** Whether the panel is open: then nothing is unread. */
  setOpen(open: boolean): void {
    this.#open = open;
    if (open) this.state.update((state) => ({ ...state, unread: 0 }));
  }

  send(text: string): void {
    const trimmed = text.trim().slice(0, MAX_CHAT_CHARACTERS);
    if (trimmed === "") return;
    const clientId = newRequestId();
    this.#merge([{ ...this.#self, clientId, text: trimmed, sentOn: null, status: "sending" }]);
    this.#outbox.add({ clientId, text: trimmed });
  }

  retry(clientId: string): void {
    const line = this.#own(clientId);
    if (line?.status !== "failed") return;
    this.#setStatus(clientId, "sending");
    this.#outbox.add({ clientId, text: line.text });
  }

  /** Takes a message; answers whether it is another's that nobody has read here yet. */
  receive(message: ChatMessage): boolean {
    const received = toLine(message);
    const isNew = !this.state.value.lines.some((line) => keyOf(line) === keyOf(received));
    this.#merge([received]);
    const unread = isNew && !this.#open && message.participant !== this.#self.participant;
    if (unread) this.state.update((state) => ({ ...state, unread: state.unread + 1 }));
    return unread;
  }

  /** Takes the messages that were sent before one came, or while one was away. */
  addHistory(messages: readonly StoredMessage[]): void {
    this.#merge(messages.map(toLine));
  }

  /** The control plane's refusal of a message. */
  refuse(clientId: string, code: ErrorCode): void {
    this.#outbox.settle(clientId);
    this.#setStatus(clientId, "failed", code);
  }

  /** A refusal that does not say of what: messages are looked at in their order, so of the one that waits longest. */
  refuseOldest(code: ErrorCode): void {
    const oldest = this.#outbox.oldest;
    if (oldest !== undefined) this.refuse(oldest, code);
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
    for (const line of lines) {
      if (line.status === "sent" && line.participant === this.#self.participant) this.#outbox.settle(line.clientId);
    }
    this.state.update((state) => {
      const merged = new Map(state.lines.map((line) => [keyOf(line), line]));
      for (const line of lines) merged.set(keyOf(line), line);
      return { ...state, lines: [...merged.values()].sort(inOrder) };
    });
  }
}

/** A client id is unique among one participant's messages only; another's message can never take the place of theirs. */
export function keyOf({ participant, clientId }: Pick<ChatLine, "participant" | "clientId">): string {
  return `${participant} ${clientId}`;
}

/** Sorting is stable, so lines without a time keep the order of typing. */
function inOrder(a: ChatLine, b: ChatLine): number {
  if (a.sentOn === null || b.sentOn === null) return Number(a.sentOn === null) - Number(b.sentOn === null);
  return a.sentOn - b.sentOn;
}

function toLine({ clientId, participant, name, text, sentOn }: Omit<ChatMessage, "type">): ChatLine {
  return { clientId, participant, name, text, sentOn: Date.parse(sentOn), status: "sent" };
}
