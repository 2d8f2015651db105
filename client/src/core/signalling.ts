import type {
  Admitted,
  Answered,
  ChatEvent,
  Denied,
  FromControlPlane,
  FromNode,
  Join,
  Joined,
  Leave,
  Offer,
  SignallingError as ErrorMessage,
} from "../generated/protocol";
import { SignallingError } from "./errors";
import { newRequestId } from "./ids";
import { withDeadline } from "./time";

/** What comes to somebody in a session; the lobby has messages of its own (lobby.ts). */
type Incoming = Exclude<FromNode | FromControlPlane, Admitted | Denied>;

/** What is not the answer to a request. */
export type Heard = Exclude<Incoming, Joined | Answered>;

/** What carries messages: Web PubSub, or in tests a fake. */
export interface SignallingSocket {
  /** Opens the socket; rejects when that fails. */
  start(): Promise<void>;
  sendToGroup(group: string, message: unknown): Promise<void>;
  /** Resolves when the service has accepted the event. */
  sendEvent(event: string, data: unknown): Promise<void>;
  stop(): void;
}

export interface SocketListener {
  onMessage(message: unknown): void;
  /** The socket is gone for good. */
  onStopped(): void;
}

export type OpenSocket = (url: string, listener: SocketListener) => SignallingSocket;

export interface SignallingListener {
  /** Everything that is not the answer to a request. */
  onMessage(message: Heard): void;
  onStopped(): void;
}

type Answer = Joined | Answered;

interface Pending {
  resolve(answer: Answer): void;
  reject(error: SignallingError): void;
}

const MESSAGE_TYPES: ReadonlySet<string> = new Set<Incoming["type"]>([
  "joined",
  "answered",
  "left",
  "error",
  "chat",
  "meetingUpdated",
  "ended",
  "move",
  "moved",
  "grantsChanged",
  "sourcesMuted",
  "lobbyChanged",
]);

/** Messages to and from the node and the control plane over Web PubSub (docs/signalling.md). */
export class Signalling {
  readonly #socket: SignallingSocket;
  readonly #group: string;
  readonly #listener: SignallingListener;
  readonly #pending = new Map<string, Pending>();

  constructor(openSocket: OpenSocket, url: string, session: string, listener: SignallingListener) {
    this.#group = `sfu.${session}`;
    this.#listener = listener;
    this.#socket = openSocket(url, {
      onMessage: (message) => {
        this.#receive(message);
      },
      onStopped: () => {
        listener.onStopped();
      },
    });
  }

  start(deadlineMs: number): Promise<void> {
    return withDeadline(this.#socket.start(), deadlineMs, "the signalling connection");
  }

  /** Joins; rejects with the node's SignallingError, or a DeadlineError when it stays silent. */
  async join(join: Omit<Join, "type" | "requestId">, deadlineMs: number): Promise<Joined> {
    const requestId = newRequestId();
    return (await this.#request({ type: "join", requestId, ...join }, deadlineMs)) as Joined;
  }

  /** Makes a later offer; rejects as `join` does. */
  async offer(offer: Omit<Offer, "type" | "requestId">, deadlineMs: number): Promise<Answered> {
    const requestId = newRequestId();
    return (await this.#request({ type: "offer", requestId, ...offer }, deadlineMs)) as Answered;
  }

  /** Tells the node that the Peer goes; nobody waits for it. */
  leave(peer: string): void {
    const message: Leave = { type: "leave", peer };
    this.#socket.sendToGroup(this.#group, message).catch(() => undefined);
  }

  sendChat(event: ChatEvent): Promise<void> {
    return this.#socket.sendEvent("chat", event);
  }

  stop(): void {
    this.#socket.stop();
  }

  async #request(message: Join | Offer, deadlineMs: number): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#pending.set(message.requestId, { resolve, reject });
    });
    const sent = this.#socket.sendToGroup(this.#group, message);
    try {
      return await withDeadline(Promise.race([answer, failure(sent)]), deadlineMs, "the node's answer");
    } finally {
      this.#pending.delete(message.requestId);
    }
  }

  #receive(data: unknown): void {
    const message = parseMessage(data);
    if (message === null) return;
    if (message.type === "error") this.#receiveError(message);
    else if (message.type === "joined" || message.type === "answered") this.#pending.get(message.requestId)?.resolve(message);
    else this.#listener.onMessage(message);
  }

  #receiveError(message: ErrorMessage): void {
    const pending = this.#pending.get(message.requestId ?? "");
    if (pending === undefined) this.#listener.onMessage(message);
    else pending.reject(new SignallingError(message.code, message.message));
  }
}

/** The message, or null when it is of a type that this client does not know. */
function parseMessage(data: unknown): Incoming | null {
  if (typeof data !== "object" || data === null || !("type" in data)) return null;
  return typeof data.type === "string" && MESSAGE_TYPES.has(data.type) ? (data as Incoming) : null;
}

/** A promise that only ever rejects, with the failure of the other. */
function failure(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject);
  });
}
