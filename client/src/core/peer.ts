import type { EncodingState, PublicationOffer, Source } from "../generated/protocol";
import { encodable, ordered, redundant, type VideoCodec } from "./codecs";
import { CONTROL_LABEL } from "./control";
import { cameraEncodings, SCREEN_ENCODINGS, SenderEncodings } from "./encodings";
import type { LocalTracks } from "./localMedia";
import type { SendHeight } from "./settings";
import { until } from "./time";

/** Speakers heard at once, and videos seen at once; the node routes into these m-lines whatever is wanted. */
const AUDIO_SLOTS = 4;
const VIDEO_SLOTS = 9;

export interface PeerOptions {
  iceServers: RTCIceServer[];
  /** What the participant may publish: each gets a send m-line, whether or not there is a track yet. */
  sources: readonly Source[];
  tracks: LocalTracks;
  sendHeight: SendHeight;
  /** What to send the camera in, if this browser can. */
  codec: VideoCodec;
}

/**
 * The media connection to the node: an RTCPeerConnection whose m-lines are all there from the first offer
 * (docs/signalling.md, "The offer").
 */
export class MediaPeer {
  readonly pc: RTCPeerConnection;
  readonly controlChannel: RTCDataChannel;
  readonly #lines = new Map<Source, RTCRtpTransceiver>();
  readonly #encodings = new Map<Source, SenderEncodings>();
  readonly #slots: RTCRtpTransceiver[] = [];

  constructor({ iceServers, sources, tracks, ...camera }: PeerOptions) {
    this.pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
    for (const source of sources) this.#addLine(source, tracks, camera);
    for (let slot = 0; slot < AUDIO_SLOTS; slot += 1) this.#addSlot("audio");
    for (let slot = 0; slot < VIDEO_SLOTS; slot += 1) this.#addSlot("video");
    this.controlChannel = this.pc.createDataChannel(CONTROL_LABEL);
  }

  /** A new offer, already applied here. No candidates are needed in it: the node learns the address from the checks. */
  async offer(options: RTCOfferOptions = {}): Promise<string> {
    await this.pc.setLocalDescription(await this.pc.createOffer(options));
    return this.pc.localDescription?.sdp ?? "";
  }

  async accept(answer: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: "answer", sdp: answer });
  }

  iceConnected(): Promise<void> {
    return until(this.pc, ["iceconnectionstatechange"], () =>
      ["connected", "completed"].includes(this.pc.iceConnectionState),
    );
  }

  /** Resolves when DTLS is up too. */
  connected(): Promise<void> {
    return until(this.pc, ["connectionstatechange"], () => this.pc.connectionState === "connected");
  }

  /** The m-lines that carry a track now. */
  publications(tracks: LocalTracks): PublicationOffer[] {
    return [...this.#lines]
      .filter(([source]) => this.trackOf(source) !== null)
      .map(([source]) => ({ mid: this.midOf(source) ?? "", source, muted: tracks[source].muted }));
  }

  /** The m-line's mid, or null when the participant may not publish that. */
  midOf(source: Source): string | null {
    return this.#lines.get(source)?.mid ?? null;
  }

  trackOf(source: Source): MediaStreamTrack | null {
    return this.#lines.get(source)?.sender.track ?? null;
  }

  async replaceTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    await this.#lines.get(source)?.sender.replaceTrack(track);
  }

  async setSendHeight(height: SendHeight): Promise<void> {
    await this.#encodings.get("camera")?.setHeight(height);
  }

  /** Sends only those encodings of a video source that are active; what is not named is sent. */
  async setWanted(source: Source, encodings: readonly EncodingState[]): Promise<void> {
    await this.#encodings.get(source)?.setWanted(encodings);
  }

  /** What comes in on the slot's m-line. */
  slotTrack(mid: string): MediaStreamTrack | undefined {
    return this.#slots.find((slot) => slot.mid === mid)?.receiver.track;
  }

  close(): void {
    this.pc.close();
  }

  #addLine(source: Source, tracks: LocalTracks, camera: Pick<PeerOptions, "sendHeight" | "codec">): void {
    const kind = source === "camera" || source === "screen" ? "video" : "audio";
    const capabilities = RTCRtpSender.getCapabilities("video");
    const codec = encodable(camera.codec, capabilities);
    const encodings = {
      camera: cameraEncodings(codec, camera.sendHeight),
      screen: SCREEN_ENCODINGS,
      microphone: [],
      screenAudio: [],
    };
    const transceiver = this.pc.addTransceiver(tracks[source].track ?? kind, {
      direction: "sendonly",
      sendEncodings: encodings[source],
    });
    if (source === "camera" && capabilities !== null) transceiver.setCodecPreferences(ordered(codec, capabilities));
    const sound = RTCRtpSender.getCapabilities("audio");
    if (source === "microphone" && sound !== null) transceiver.setCodecPreferences(redundant(sound));
    this.#lines.set(source, transceiver);
    if (kind === "video") this.#encodings.set(source, new SenderEncodings(transceiver.sender));
    if (source === "camera") void this.setSendHeight(camera.sendHeight);
  }

  #addSlot(kind: "audio" | "video"): void {
    this.#slots.push(this.pc.addTransceiver(kind, { direction: "recvonly" }));
  }
}
