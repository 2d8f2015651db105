/** What a camera may be sent in. The node carries them all; not every browser encodes, or decodes, each of them. */
export const VIDEO_CODECS = ["VP8", "VP9", "H264", "AV1"] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** Every WebRTC browser decodes it (RFC 7742), and sends it in several sizes at once. */
export const DEFAULT_CODEC: VideoCodec = "VP8";

export function parseCodec(name: string | null): VideoCodec | null {
  return VIDEO_CODECS.find((codec) => codec === name?.toUpperCase()) ?? null;
}

/** The codec that was chosen, or the default where this browser cannot encode it. */
export function encodable(chosen: VideoCodec, capabilities: RTCRtpCapabilities | null): VideoCodec {
  return capabilities?.codecs.some((codec) => isOf(codec, chosen)) === true ? chosen : DEFAULT_CODEC;
}

/** The browser's codecs with that one first; retransmission and the like stay where they were. */
export function ordered(codec: VideoCodec, { codecs }: RTCRtpCapabilities): RTCRtpCodec[] {
  return preferring(codecs, (each) => isOf(each, codec));
}

/** Speech with copies of earlier packets (RED, RFC 2198) where the browser has it: a lost packet is not heard. */
export function redundant({ codecs }: RTCRtpCapabilities): RTCRtpCodec[] {
  return preferring(codecs, ({ mimeType }) => mimeType.toLowerCase() === "audio/red");
}

function preferring(codecs: RTCRtpCodec[], isPreferred: (codec: RTCRtpCodec) => boolean): RTCRtpCodec[] {
  return [...codecs.filter(isPreferred), ...codecs.filter((codec) => !isPreferred(codec))];
}

function isOf({ mimeType }: RTCRtpCodec, codec: VideoCodec): boolean {
  return mimeType.toUpperCase() === `VIDEO/${codec}`;
}
