"""The session descriptions that the generator's clients offer and answer with, and what they read in the SFU's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench.side_by_side.sfu import Client, Remote, Track

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_SEQUENCE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
MID_ID, SEND_TIME_ID, TRANSPORT_SEQUENCE_ID = 1, 2, 3

FEEDBACK = ("nack", "nack pli", "ccm fir")
CONGESTION_FEEDBACK = ("transport-cc", "goog-remb")
MEDIA_PAYLOAD_TYPE, RTX_PAYLOAD_TYPE = 96, 97


def publishing_offer(client: Client, track: Track) -> str:
    """What a browser would offer for one camera, without RTX: the path loses nothing."""
    payload_type = track.payload_type
    return _description(
        [track.mid],
        [
            f"m=video 9 UDP/TLS/RTP/SAVPF {payload_type}",
            *_transport(client, "actpass"),
            f"a=mid:{track.mid}",
            "a=sendonly",
            *_extensions(with_feedback=True),
            f"a=rtpmap:{payload_type} VP8/90000",
            *(f"a=rtcp-fb:{payload_type} {name}" for name in (*FEEDBACK, "transport-cc")),
            f"a=msid:client{client.number} video",
            f"a=ssrc:{track.ssrc} cname:client{client.number}",
        ],
    )


def receiving_offer(client: Client, slots: int, with_feedback: bool) -> str:
    """A client that wants `slots` video streams."""
    mids = [str(slot) for slot in range(slots)]
    lines = []
    for mid in mids:
        lines += [
            f"m=video 9 UDP/TLS/RTP/SAVPF {MEDIA_PAYLOAD_TYPE} {RTX_PAYLOAD_TYPE}",
            *_transport(client, "actpass"),
            f"a=mid:{mid}",
            "a=recvonly",
            *_extensions(with_feedback),
            f"a=rtpmap:{MEDIA_PAYLOAD_TYPE} VP8/90000",
            f"a=rtpmap:{RTX_PAYLOAD_TYPE} rtx/90000",
            f"a=fmtp:{RTX_PAYLOAD_TYPE} apt={MEDIA_PAYLOAD_TYPE}",
            *(f"a=rtcp-fb:{MEDIA_PAYLOAD_TYPE} {name}" for name in FEEDBACK),
            *([f"a=rtcp-fb:{MEDIA_PAYLOAD_TYPE} transport-cc"] if with_feedback else []),
        ]
    return _description(mids, lines)


def receiving_answer(client: Client, offer: str, with_feedback: bool) -> str:
    """Takes all that an SFU offers to send, but for TWCC and REMB where they are not to be used."""
    _, *sections = re.split(r"(?=^m=)", offer, flags=re.MULTILINE)
    mids, lines = [], []
    for section in sections:
        mid = _attribute(section, "mid")
        mids.append(mid)
        kind, _, protocol, *formats = section.splitlines()[0].removeprefix("m=").split()
        taken = [line for line in section.splitlines() if _is_taken(line, with_feedback)]
        lines += [f"m={kind} 9 {protocol} {' '.join(formats)}", *_transport(client, "active")]
        lines += [f"a=mid:{mid}", "a=recvonly", *taken]
    return _description(mids, lines)


def _is_taken(line: str, with_feedback: bool) -> bool:
    if line.startswith("a=extmap:"):
        return with_feedback or TRANSPORT_SEQUENCE not in line
    if line.startswith("a=rtcp-fb:"):
        return with_feedback or not line.endswith(CONGESTION_FEEDBACK)
    return line.startswith(("a=rtpmap:", "a=fmtp:"))


def read_remote(description: str) -> Remote:
    """Raises ValueError when the SFU says of no loopback address how to reach it by UDP."""
    for candidate in re.findall(r"^a=candidate:(.*?)\s*$", description, re.MULTILINE):
        _, component, protocol, _, address, port, *_ = candidate.split()
        if component == "1" and protocol.lower() == "udp" and address.startswith("127."):
            break
    else:
        raise ValueError(f"no loopback candidate in:\n{description}")
    numbered = re.search(rf"^a=extmap:(\d+)\S* {re.escape(TRANSPORT_SEQUENCE)}", description, re.MULTILINE)
    return Remote(
        ufrag=_attribute(description, "ice-ufrag"),
        password=_attribute(description, "ice-pwd"),
        address=address,
        port=int(port),
        fingerprint=_attribute(description, "fingerprint").split()[-1],
        is_dtls_client=_attribute(description, "setup") == "active",
        transport_sequence_id=int(numbered[1]) if numbered else None,
    )


def _attribute(description: str, name: str) -> str:
    found = re.search(rf"^a={name}:(\S.*?)\s*$", description, re.MULTILINE)
    if found is None:
        raise ValueError(f"no {name} in:\n{description}")
    return found[1]


def _transport(client: Client, setup: str) -> list[str]:
    return [
        f"c=IN IP4 {client.address}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=ice-ufrag:{client.ufrag}",
        f"a=ice-pwd:{client.password}",
        f"a=fingerprint:sha-256 {client.fingerprint}",
        f"a=setup:{setup}",
        f"a=candidate:1 1 udp 2130706431 {client.address} {client.port} typ host",
        "a=end-of-candidates",
    ]


def _extensions(with_feedback: bool) -> list[str]:
    extensions = [f"a=extmap:{MID_ID} {MID}", f"a=extmap:{SEND_TIME_ID} {SEND_TIME}"]
    return extensions + ([f"a=extmap:{TRANSPORT_SEQUENCE_ID} {TRANSPORT_SEQUENCE}"] if with_feedback else [])


def _description(mids: Sequence[str], lines: Sequence[str]) -> str:
    session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]
    return "\r\n".join([*session, "a=msid-semantic: WMS *", *lines]) + "\r\n"
