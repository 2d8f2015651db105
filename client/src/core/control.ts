import type { ControlFromNode, ControlToNode, Publish, Source } from "../generated/protocol";
import { DeadlineError, SignallingError } from "./errors";
import { newRequestId } from "./ids";
import { until, withDeadline } from "./time";

/** The label of the data channel, as the node knows it. */
export const CONTROL_LABEL = "control";

const ANSWER_DEADLINE_MS = 5_000;
const MESSAGE_TYPES: ReadonlySet<string> = new Set<ControlFromNode["type"]>([
  "roster",
  "participant",
  "participantLeft",
  "published",
  "slots",
  "encodings",
  "speakers",
  "quality",
  "stats",
  "error",
]);

/** What the control channel hands on: everything but the answers to its requests. */
export type ControlNews = Exclude<ControlFromNode, { type: "published" | "error" }>;

interface Pending {
  resolve(publication: string): void;
  reject(error: SignallingError): void;
}

/** The data channel between this client and the node: one JSON message per SCTP message. */
export class ControlChannel {
  readonly #channel: RTCDataChannel;
  readonly #pending = new Map<string, Pending>();

  constructor(channel: RTCDataChannel, onNews: (news: ControlNews) => void) {
    this.#channel = channel;
    channel.addEventListener("message", (event: MessageEvent<unknown>) => {
      const message = parseMessage(event.data);
      if (message === null) return;
      if (message.type === "published") this.#pending.get(message.requestId)?.resolve(message.publication);
      else if (message.type !== "error") onNews(message);
      else this.#pending.get(message.requestId ?? "")?.reject(new SignallingError(message.code, message.message));
    });
  }

  opened(): Promise<void> {
    return until(this.#channel, ["open"], () => this.#channel.readyState === "open");
  }

  /** Calls the listener when the node, or the death of the path below, has closed the channel. */
  onClosed(listener: () => void): void {
    this.#channel.addEventListener("close", listener);
  }

  /** Sends the message, unless the channel is closed: then there is a new Peer soon, which begins with the whole state. */
  send(message: ControlToNode): void {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  /** Declares a Publication; answers with its id. Rejects with the node's SignallingError or a DeadlineError. */
  async publish(mid: string, source: Source, muted: boolean): Promise<string> {
    if (this.#channel.readyState !== "open") throw new DeadlineError("the control channel");
    const message: Publish = { type: "publish", requestId: newRequestId(), mid, source, muted };
    const answer = new Promise<string>((resolve, reject) => {
      this.#pending.set(message.requestId, { resolve, reject });
    });
    this.send(message);
    try {
      return await withDeadline(answer, ANSWER_DEADLINE_MS, "the node's answer to a publication");
    } finally {
      this.#pending.delete(message.requestId);
    }
  }
}

function parseMessage(data: unknown): ControlFromNode | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as Partial<ControlFromNode> | null;
    return MESSAGE_TYPES.has(message?.type ?? "") ? (message as ControlFromNode) : null;
  } catch {
    return null;
  }
}
