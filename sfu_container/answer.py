"""Writing the SDP answer: ICE-lite, one bundle, the node's one UDP and one passive TCP candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sfu_container.negotiation import LineUse, NegotiatedLine
from sfu_container.offer import Fingerprint

SCTP_PORT = 5000
MAX_DATA_CHANNEL_BYTES = 65_536
"""What the SCTP association takes as one message; more than a control message may have, so that one that is too
large can be answered with its code."""

# RFC 8445, 5.1.2.1: type preference 126 (host), local preference, 256 - component. TCP comes after UDP (RFC 6544, 4.2).
UDP_PRIORITY = (126 << 24) | (65_535 << 8) | 255
TCP_PRIORITY = (126 << 24) | (16_383 << 8) | 255

DIRECTIONS = {LineUse.PUBLICATION: "recvonly", LineUse.SLOT: "sendonly", LineUse.INACTIVE: "inactive"}


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """The node's end of a Peer's media path."""

    ip: str
    port: int
    ufrag: str
    pwd: str
    fingerprint: Fingerprint


def write_answer(lines: Sequence[NegotiatedLine], transport: LocalTransport, session: int, version: int) -> str:
    """The answer to an offer of these m-lines. `session` is the same at every answer to a Peer, `version` rises."""
    bundle = [line.mid for line in lines if line.use is not LineUse.REJECTED]
    out = [
        "v=0",
        f"o=- {session} {version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(bundle)}",
        "a=msid-semantic:WMS *",
    ]
    for index, line in enumerate(lines):
        out += _line(line, index)
        if line.use is not LineUse.REJECTED:
            # RFC 8843, 7.1.3 asks for it on the bundle's first line only, but aiortc takes the candidates of the last,
            # and GStreamer wants `setup` on each.
            out += _transport(transport)
    return "\r\n".join(out) + "\r\n"


def write_ice_fragment(lines: Sequence[NegotiatedLine], transport: LocalTransport) -> str:
    """Our end of a restarted ICE session, as an SDP fragment (RFC 8840, 9) for the bundle's first m-line."""
    bundle = [line for line in lines if line.use is not LineUse.REJECTED]
    out = [
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(line.mid for line in bundle)}",
        f"m={bundle[0].kind} 9 {bundle[0].protocol} {' '.join(bundle[0].formats)}",
        f"a=mid:{bundle[0].mid}",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.pwd}",
        *_candidates(transport),
    ]
    return "\r\n".join(out) + "\r\n"


def _line(line: NegotiatedLine, index: int) -> list[str]:
    if line.use is LineUse.REJECTED:
        return [f"m={line.kind} 0 {line.protocol} {' '.join(line.formats)}", "c=IN IP4 0.0.0.0", f"a=mid:{line.mid}"]
    if line.use is LineUse.CONTROL:
        return [
            f"m={line.kind} 9 {line.protocol} {' '.join(line.formats)}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{line.mid}",
            f"a=sctp-port:{SCTP_PORT}",
            f"a=max-message-size:{MAX_DATA_CHANNEL_BYTES}",
        ]
    formats = [n for codec in line.codecs for n in (codec.payload_type, codec.rtx_payload_type) if n is not None]
    return [
        f"m={line.kind} 9 {line.protocol} {' '.join(map(str, formats))}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{line.mid}",
        f"a={DIRECTIONS[line.use]}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *(["a=extmap-allow-mixed"] if line.allows_mixed_extensions else []),
        *(f"a=extmap:{number} {uri}" for number, uri in line.extensions.items()),
        *_codecs(line),
        *_streams(line, index),
    ]


def _codecs(line: NegotiatedLine) -> list[str]:
    out = []
    for negotiated in line.payload_types:
        codec = negotiated.codec
        number, rtx = codec.payload_type, codec.rtx_payload_type
        channels = f"/{negotiated.channels}" if line.kind == "audio" else ""
        out.append(f"a=rtpmap:{number} {codec.name}/{codec.clock_rate}{channels}")
        out += [f"a=rtcp-fb:{number} {feedback}" for feedback in negotiated.feedback]
        if negotiated.parameters:
            out.append(f"a=fmtp:{number} {negotiated.parameters}")
        if rtx is not None:
            out.append(f"a=rtpmap:{rtx} rtx/{codec.clock_rate}")
            out.append(f"a=fmtp:{rtx} apt={number}")
    return out


def _streams(line: NegotiatedLine, index: int) -> list[str]:
    if line.use is LineUse.PUBLICATION and line.rids:
        return [*(f"a=rid:{rid} recv" for rid in line.rids), f"a=simulcast:recv {';'.join(line.rids)}"]
    if line.use is not LineUse.SLOT or line.ssrc is None:
        return []
    ssrcs = [line.ssrc] if line.rtx_ssrc is None else [line.ssrc, line.rtx_ssrc]
    group = [f"a=ssrc-group:FID {line.ssrc} {line.rtx_ssrc}"] if line.rtx_ssrc is not None else []
    return [f"a=msid:slot{index} slot{index}", *group, *(f"a=ssrc:{ssrc} cname:parley" for ssrc in ssrcs)]


def _transport(transport: LocalTransport) -> list[str]:
    return [
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.pwd}",
        f"a=fingerprint:{transport.fingerprint.algorithm} {transport.fingerprint.value}",
        "a=setup:passive",
        *_candidates(transport),
    ]


def _candidates(transport: LocalTransport) -> list[str]:
    return [
        f"a=candidate:1 1 udp {UDP_PRIORITY} {transport.ip} {transport.port} typ host",
        f"a=candidate:2 1 tcp {TCP_PRIORITY} {transport.ip} {transport.port} typ host tcptype passive",
        "a=end-of-candidates",
    ]
