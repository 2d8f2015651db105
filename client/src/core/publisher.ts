import type { Encodings, NegotiatedPublication, PublicationOffer, Source } from "../generated/protocol";
import type { ControlChannel } from "./control";
import type { LocalMedia } from "./localMedia";
import type { MediaPeer } from "./peer";

/** What the node knows of one source of ours. */
interface Published {
  publication: string | null;
  muted: boolean;
}

/** Sources that end with their track; a microphone or camera that is off stays published, muted. */
const ENDS_WITH_TRACK: ReadonlySet<Source> = new Set<Source>(["screen", "screenAudio"]);

/**
 * Brings what one Peer sends in line with the local media, source by source: compares what is with what should be,
 * takes the next step (exchange the track, publish, mute, unpublish) and looks again. Steps of one source never
 * overlap, so quick changes end in the last state asked for.
 */
export class Publisher {
  readonly #media: LocalMedia;
  readonly #peer: MediaPeer;
  readonly #control: ControlChannel;
  readonly #onRefused: (source: Source, error: unknown) => void;
  readonly #published: Record<Source, Published>;
  readonly #busy = new Set<Source>();
  readonly #stopFollowing: () => void;

  constructor(
    media: LocalMedia,
    peer: MediaPeer,
    control: ControlChannel,
    joined: { offered: readonly PublicationOffer[]; taken: readonly NegotiatedPublication[] },
    onRefused: (source: Source, error: unknown) => void,
  ) {
    this.#media = media;
    this.#peer = peer;
    this.#control = control;
    this.#onRefused = onRefused;
    const published = (source: Source): Published => ({
      publication: joined.taken.find((publication) => publication.source === source)?.publication ?? null,
      muted: joined.offered.find((publication) => publication.source === source)?.muted ?? false,
    });
    this.#published = {
      camera: published("camera"),
      microphone: published("microphone"),
      screen: published("screen"),
      screenAudio: published("screenAudio"),
    };
    this.#stopFollowing = media.subscribe(() => {
      this.reconcile();
    });
  }

  /** Looks at every source; whatever changes later is followed without a call. */
  reconcile(): void {
    for (const source of Object.keys(this.#published) as Source[]) void this.#reconcile(source);
  }

  /** Sends of a Publication only what somebody receives. */
  setWanted({ publication, encodings }: Encodings): void {
    const isMeant = (source: Source) => this.#published[source].publication === publication;
    const source = (Object.keys(this.#published) as Source[]).find(isMeant);
    if (source !== undefined) void this.#peer.setWanted(source, encodings);
  }

  close(): void {
    this.#stopFollowing();
  }

  async #reconcile(source: Source): Promise<void> {
    const mid = this.#peer.midOf(source);
    if (mid === null || this.#busy.has(source)) return;
    this.#busy.add(source);
    try {
      for (let step = this.#nextStep(source, mid); step !== null; step = this.#nextStep(source, mid)) await step();
    } catch (error) {
      this.#onRefused(source, error);
    } finally {
      this.#busy.delete(source);
    }
  }

  #nextStep(source: Source, mid: string): (() => Promise<void>) | null {
    const { track, muted } = this.#media.tracks()[source];
    const known = this.#published[source];
    if (this.#peer.trackOf(source) !== track) return () => this.#peer.replaceTrack(source, track);
    if (track !== null && known.publication === null) return () => this.#publish(source, mid, muted);
    if (known.publication === null) return null;
    if (track === null && ENDS_WITH_TRACK.has(source)) return () => this.#unpublish(source, known.publication);
    if (known.muted !== muted) return () => this.#mute(source, known.publication, muted);
    return null;
  }

  async #publish(source: Source, mid: string, muted: boolean): Promise<void> {
    // Of a new Publication everything is wanted at first.
    await this.#peer.setWanted(source, []);
    const publication = await this.#control.publish(mid, source, muted);
    this.#published[source] = { publication, muted };
  }

  async #unpublish(source: Source, publication: string | null): Promise<void> {
    if (publication !== null) this.#control.send({ type: "unpublish", publication });
    this.#published[source] = { publication: null, muted: false };
    await Promise.resolve();
  }

  async #mute(source: Source, publication: string | null, muted: boolean): Promise<void> {
    if (publication !== null) this.#control.send({ type: "mute", publication, muted });
    this.#published[source] = { publication, muted };
    await Promise.resolve();
  }
}
