import type { ControlFromNode, ControlToNode } from "../../src/generated/protocol";

/** A data channel of which the test is the other end. */
export class FakeDataChannel extends EventTarget {
  readyState: RTCDataChannelState = "connecting";
  readonly sent: ControlToNode[] = [];

  send(text: string) {
    this.sent.push(JSON.parse(text) as ControlToNode);
  }

  open() {
    this.readyState = "open";
    this.dispatchEvent(new Event("open"));
  }

  close() {
    if (this.readyState === "closed") return;
    this.readyState = "closed";
    this.dispatchEvent(new Event("close"));
  }

  receive(message: ControlFromNode) {
    this.receiveText(JSON.stringify(message));
  }

  receiveText(data: string) {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  asChannel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }
}

interface FakeSender {
  track: MediaStreamTrack | null;
  replaceTrack: (track: MediaStreamTrack | null) => Promise<void>;
  getParameters: () => { encodings: RTCRtpEncodingParameters[] };
  setParameters: (parameters: { encodings: RTCRtpEncodingParameters[] }) => Promise<void>;
}

interface FakeTransceiver {
  mid: string | null;
  direction: string;
  kind: string;
  sendEncodings: RTCRtpEncodingParameters[];
  codecs: string[];
  setCodecPreferences: (codecs: RTCRtpCodec[]) => void;
  sender: FakeSender;
  receiver: { track: MediaStreamTrack };
}

const ENCODED = {
  audio: ["audio/opus", "audio/red", "audio/PCMU"],
  video: ["video/VP8", "video/rtx", "video/VP9", "video/AV1"],
};

/** A browser that encodes VP8, VP9 and AV1, and sound with copies. */
export const FakeRtpSender = {
  getCapabilities: (kind: "audio" | "video"): RTCRtpCapabilities => ({
    codecs: ENCODED[kind].map((mimeType) => ({ mimeType, clockRate: kind === "audio" ? 48_000 : 90_000 })),
    headerExtensions: [],
  }),
};

/** An RTCPeerConnection that a test connects and breaks. */
export class FakePeerConnection extends EventTarget {
  static readonly all: FakePeerConnection[] = [];

  static latest(): FakePeerConnection {
    const latest = FakePeerConnection.all.at(-1);
    if (latest === undefined) throw new Error("no connection was made");
    return latest;
  }

  readonly transceivers: FakeTransceiver[] = [];
  readonly channel = new FakeDataChannel();
  connectionState: RTCPeerConnectionState = "new";
  iceConnectionState: RTCIceConnectionState = "new";
  localDescription: { sdp: string } | null = null;
  readonly answers: string[] = [];
  restarts = 0;
  closed = false;

  constructor() {
    super();
    FakePeerConnection.all.push(this);
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string, init: RTCRtpTransceiverInit): FakeTransceiver {
    const track = typeof trackOrKind === "string" ? null : trackOrKind;
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    let encodings = init.sendEncodings ?? [];
    const sender: FakeSender = {
      track,
      getParameters: () => structuredClone({ encodings }),
      setParameters: (parameters) => Promise.resolve(void (encodings = parameters.encodings)),
      replaceTrack: async (replacement) => {
        await Promise.resolve();
        sender.track = replacement;
      },
    };
    const incoming = { kind, id: `incoming-${this.transceivers.length}` } as MediaStreamTrack;
    const transceiver: FakeTransceiver = {
      codecs: [],
      setCodecPreferences: (codecs) => {
        transceiver.codecs = codecs.map(({ mimeType }) => mimeType);
      },
      mid: null,
      direction: init.direction ?? "sendrecv",
      kind,
      sendEncodings: init.sendEncodings ?? [],
      sender,
      receiver: { track: incoming },
    };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  createDataChannel() {
    return this.channel;
  }

  createOffer(options: RTCOfferOptions = {}) {
    if (options.iceRestart) this.restarts += 1;
    return Promise.resolve({ type: "offer", sdp: `offer with credentials ${this.restarts}` });
  }

  setLocalDescription(description: { sdp: string }) {
    this.localDescription = description;
    for (const [index, transceiver] of this.transceivers.entries()) transceiver.mid ??= String(index);
    return Promise.resolve();
  }

  setRemoteDescription({ sdp }: { sdp: string }) {
    this.answers.push(sdp);
    return Promise.resolve();
  }

  /** What the transport has done, as far as a test tells it. */
  readonly traffic: { bytesReceived?: number; requestsSent?: number; responsesReceived?: number } = {};

  getStats() {
    const transport = { type: "transport", selectedCandidatePairId: "pair", bytesReceived: this.traffic.bytesReceived };
    return Promise.resolve(new Map<string, object>([["transport", transport], ["pair", { id: "pair", ...this.traffic }]]));
  }

  connect() {
    this.move("connected", "connected");
    this.channel.open();
  }

  move(ice: RTCIceConnectionState, connection: RTCPeerConnectionState) {
    this.iceConnectionState = ice;
    this.connectionState = connection;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  breakPath() {
    this.move("failed", "failed");
  }

  close() {
    this.closed = true;
    this.connectionState = "closed";
    this.channel.close();
  }
}
