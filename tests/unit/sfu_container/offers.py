"""Offers as text, made of the m-lines that a test wants."""

from __future__ import annotations

FINGERPRINT = ":".join(["AB"] * 32)
EXTENSIONS = {
    "audio": [
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    ],
    "video": [
        "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    ],
}
CODECS = {
    "audio": ("111", ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10"]),
    "video": (
        "96 97",
        [
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli",
            "a=rtcp-fb:96 transport-cc",
            "a=rtpmap:97 rtx/90000",
            "a=fmtp:97 apt=96",
        ],
    ),
}


def media_section(mid: str, kind: str, direction: str, *extra: str) -> list[str]:
    formats, codecs = CODECS[kind]
    return [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        *EXTENSIONS[kind],
        *codecs,
        *extra,
    ]


def data_section(mid: str) -> list[str]:
    return ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", f"a=mid:{mid}", "a=sctp-port:5000"]


def make_sdp(*sections: list[str], ufrag: str = "abcd", fingerprint: str = FINGERPRINT) -> str:
    mids = [line.removeprefix("a=mid:") for section in sections for line in section if line.startswith("a=mid:")]
    head = [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
        f"a=ice-ufrag:{ufrag}",
        "a=ice-pwd:0123456789abcdefghijklmn",
        f"a=fingerprint:sha-256 {fingerprint}",
        "a=setup:actpass",
    ]
    return "\r\n".join(head + [line for section in sections for line in section]) + "\r\n"


def usual_sections() -> list[list[str]]:
    """camera 0, microphone 1, screen 2; audio slot 3, video slots 4 and 5; data 6."""
    return [
        media_section("0", "video", "sendonly", "a=rid:q send", "a=rid:f send", "a=simulcast:send q;f"),
        media_section("1", "audio", "sendonly"),
        media_section("2", "video", "sendonly"),
        media_section("3", "audio", "recvonly"),
        media_section("4", "video", "recvonly"),
        media_section("5", "video", "recvonly"),
        data_section("6"),
    ]


def usual_offer(ufrag: str = "abcd", fingerprint: str = FINGERPRINT) -> str:
    return make_sdp(*usual_sections(), ufrag=ufrag, fingerprint=fingerprint)
