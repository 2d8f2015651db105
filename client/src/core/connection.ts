import type { Encodings, Joined, PublicationOffer, SlotState, Source, Stats } from "../generated/protocol";
import type { Api, JoinAnswer } from "./api";
import { ControlChannel, type ControlNews } from "./control";
import { ConnectError, type JoinStep } from "./errors";
import { applySlots, SlotLayout } from "./layout";
import { askToEnter, type Waiting } from "./lobby";
import type { LocalMedia } from "./localMedia";
import { MediaPeer } from "./peer";
import { watchPath } from "./pathWatch";
import type { LossCause } from "./phase";
import { Publisher } from "./publisher";
import type { SettingsStore } from "./settings";
import { SilenceWatch } from "./silence";
import { type Heard, type OpenSocket, Signalling } from "./signalling";
import { Store } from "./store";
import { withDeadline } from "./time";

const DEADLINES_MS = { signalling: 8_000, ice: 10_000, media: 10_000, restart: 5_000 } as const;

export interface ConnectionParts {
  api: Api;
  openSocket: OpenSocket;
  media: LocalMedia;
  settings: SettingsStore;
}

/** What a connection tells; from the first step on, before `open` has answered. */
export interface ConnectionListener {
  /** Aborts when nobody wants to come in any more. */
  signal: AbortSignal;
  onStep: (step: JoinStep) => void;
  onWaiting: (waiting: Waiting) => void;
  onAnswered: (answer: JoinAnswer) => void;
  onJoined: (joined: Joined) => void;
  onNews: (news: Exclude<ControlNews, { type: "slots" | "encodings" | "stats" }>) => void;
  onMessage: (message: Heard) => void;
  onTrouble: (cause: LossCause) => void;
  onRefused: (source: Source, error: unknown) => void;
}

/** One Peer of the participant: its answer from the API, its signalling, its media and its control channel. */
export class Connection {
  readonly answer: JoinAnswer;
  readonly peer: MediaPeer;
  /** The pictures that come in now, by Publication. */
  readonly videos = new Store<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  /** What the node told last of this Peer's connection, while it is watched. */
  readonly stats = new Store<Stats | null>(null);
  /** The pictures that this browser cannot decode, by Publication, with their codec. */
  readonly undecodable = new Store<ReadonlyMap<string, string>>(new Map());
  /** One track for each audio slot; the node routes who is heard into them. */
  audioTracks: readonly MediaStreamTrack[] = [];
  layout: SlotLayout | null = null;
  /** Whether the signalling socket is gone for good; sound and picture do not need it. */
  signallingLost = false;

  readonly #parts: ConnectionParts;
  readonly #listener: ConnectionListener;
  readonly #signalling: Signalling;
  readonly #control: ControlChannel;
  #slots: ReadonlyMap<string, SlotState> = new Map();
  readonly #endings: (() => void)[] = [];
  #publisher: Publisher | null = null;
  #silence: SilenceWatch | null = null;
  /** What came before there was a Publisher. */
  readonly #early: Encodings[] = [];
  #closed = false;

  /** Joins the meeting with that token; rejects with a ConnectError that names the step. */
  static async open(parts: ConnectionParts, token: string, listener: ConnectionListener): Promise<Connection> {
    const { onWaiting, signal } = listener;
    const answer = await atStep("api", listener, () => askToEnter(parts, token, onWaiting, signal));
    listener.onAnswered(answer);
    const connection = new Connection(parts, answer, listener);
    try {
      await connection.#connect();
    } catch (error) {
      connection.leave();
      throw error;
    }
    return connection;
  }

  private constructor(parts: ConnectionParts, answer: JoinAnswer, listener: ConnectionListener) {
    this.#parts = parts;
    this.answer = answer;
    this.#listener = listener;
    this.peer = new MediaPeer({
      iceServers: answer.iceServers.map(toIceServer),
      sources: answer.participant.grants.publish,
      tracks: parts.media.tracks(),
      sendHeight: parts.settings.value.sendHeight,
      codec: parts.settings.value.codec,
    });
    this.#control = new ControlChannel(this.peer.controlChannel, (news) => {
      if (news.type === "slots") this.#showSlots(news.slots);
      else if (news.type === "encodings") this.#setWanted(news);
      else if (news.type === "stats") this.stats.set(news);
      else listener.onNews(news);
    });
    this.#signalling = new Signalling(parts.openSocket, answer.signalling.url, answer.session.id, {
      onMessage: (message) => {
        if (message.type !== "left" || message.peer === answer.peer) listener.onMessage(message);
      },
      onStopped: () => {
        this.signallingLost = true;
        this.#trouble("signalling");
      },
    });
  }

  /** Whether sound and picture can flow now. */
  get pathHolds(): boolean {
    const { connectionState, iceConnectionState } = this.peer.pc;
    return connectionState === "connected" && ["connected", "completed"].includes(iceConnectionState);
  }

  sendChat = (event: { clientId: string; text: string }): Promise<void> => this.#signalling.sendChat(event);

  /** Lets the node tell `stats` every two seconds; answers with the function that ends that. */
  watchStats = (): (() => void) => {
    this.#control.send({ type: "watchStats", enabled: true });
    return () => {
      this.#control.send({ type: "watchStats", enabled: false });
      this.stats.set(null);
    };
  };

  /** Offers new ICE credentials; resolves once media flows again, and rejects if it does not soon. */
  async restartIce(): Promise<void> {
    const offer = await this.peer.offer({ iceRestart: true });
    const publications = this.peer.publications(this.#parts.media.tracks());
    const { answer } = await this.#signalling.offer({ peer: this.answer.peer, offer, publications }, DEADLINES_MS.restart);
    await this.peer.accept(answer);
    // While ICE has not noticed that the old path is dead, the connection says that it stands.
    const restored = Promise.all([this.peer.connected(), this.#silence?.over()]);
    await withDeadline(restored, DEADLINES_MS.ice, "the new path");
  }

  /** Ends this Peer without a word, as when another has replaced it. */
  close(): void {
    this.#closed = true;
    for (const end of this.#endings) end();
    this.layout?.close();
    this.#signalling.stop();
    this.peer.close();
  }

  /** Ends this Peer and tells the node. */
  leave(): void {
    this.#signalling.leave(this.answer.peer);
    this.close();
  }

  async #connect(): Promise<void> {
    const { joined, offered } = await atStep("signalling", this.#listener, () => this.#join());
    this.#listener.onJoined(joined);
    await atStep("ice", this.#listener, async () => {
      await this.peer.accept(joined.answer);
      await withDeadline(this.peer.iceConnected(), DEADLINES_MS.ice, "the media path");
    });
    await atStep("media", this.#listener, async () => {
      const ready = Promise.all([this.peer.connected(), this.#control.opened()]);
      await withDeadline(ready, DEADLINES_MS.media, "the media connection");
    });
    this.#begin(joined, offered);
  }

  async #join() {
    const tracks = this.#parts.media.tracks();
    const [offer] = await Promise.all([this.peer.offer(), this.#signalling.start(DEADLINES_MS.signalling)]);
    const offered = this.peer.publications(tracks);
    const grant = this.answer.mediaGrant;
    const joined = await this.#signalling.join({ grant, offer, publications: offered }, DEADLINES_MS.signalling);
    return { joined, offered };
  }

  /** Takes up everything that goes on for as long as the Peer lives. */
  #begin(joined: Joined, offered: readonly PublicationOffer[]): void {
    const mids = (kind: "audio" | "video") => joined.slots.filter((slot) => slot.kind === kind).map((slot) => slot.mid);
    this.audioTracks = mids("audio").flatMap((mid) => this.peer.slotTrack(mid) ?? []);
    this.layout = new SlotLayout(mids("video"), (layout) => {
      this.#control.send(layout);
    });
    const { media, settings } = this.#parts;
    const taken = { offered, taken: joined.publications };
    const publisher = new Publisher(media, this.peer, this.#control, taken, this.#listener.onRefused);
    publisher.reconcile();
    this.#publisher = publisher;
    const silence = new SilenceWatch(this.peer.pc, () => {
      this.#trouble("network");
    });
    this.#silence = silence;
    for (const encodings of this.#early.splice(0)) publisher.setWanted(encodings);
    this.#endings.push(
      () => {
        publisher.close();
        silence.close();
      },
      watchPath(this.peer.pc, () => {
        this.#trouble("network");
      }),
      settings.subscribe(() => {
        void this.peer.setSendHeight(settings.value.sendHeight);
      }),
    );
    this.#control.onClosed(() => {
      this.#trouble("node");
    });
  }

  #setWanted(encodings: Encodings): void {
    if (this.#publisher === null) this.#early.push(encodings);
    else this.#publisher.setWanted(encodings);
  }

  #showSlots(changed: readonly SlotState[]): void {
    this.#slots = applySlots(this.#slots, changed);
    const videos = new Map<string, MediaStreamTrack>();
    for (const { mid, publication } of this.#slots.values()) {
      const track = this.peer.slotTrack(mid);
      if (publication !== undefined && track?.kind === "video") videos.set(publication, track);
    }
    this.videos.set(videos);
    const refusals = [...this.#slots.values()].flatMap(({ refusal }) => refusal ?? []);
    this.undecodable.set(new Map(refusals.map(({ publication, codec }) => [publication, codec])));
  }

  #trouble(cause: LossCause): void {
    if (!this.#closed) this.#listener.onTrouble(cause);
  }
}

async function atStep<T>(step: JoinStep, listener: ConnectionListener, action: () => Promise<T>): Promise<T> {
  listener.onStep(step);
  try {
    return await action();
  } catch (error) {
    throw new ConnectError(step, error);
  }
}

function toIceServer({ urls, username, credential }: JoinAnswer["iceServers"][number]): RTCIceServer {
  return { urls, ...(username && { username }), ...(credential && { credential }) };
}
