"""Reading an SDP offer (RFC 8866) into what a node decides on.

Only what WebRTC offers say and a node uses is kept; unknown lines are skipped, as SDP asks. Whatever is wrong with a
line that is used ends in `InvalidOfferError` with the line's number, and nothing else is ever raised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from sfu_container.errors import InvalidOfferError, UnsupportedOfferError
from sfu_container.offer import Direction, Fingerprint, MediaLine, Offer, OfferedCodec

MAX_MEDIA_LINES = 64
MAX_LINES = 5_000
"""A browser with many codecs says each of them again on each m-line: about 2,000 lines for nine video Slots."""
MAX_CODEC_DETAILS = 512
"""`rtcp-fb` and `fmtp` lines of one m-line; a browser writes about a hundred."""
MAX_RIDS = 4

DIRECTIONS: Mapping[str, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}

_MEDIA = re.compile(r"([a-z]{1,16}) (\d{1,5})(?:/\d{1,3})? ([A-Za-z0-9/]{1,32}) (.{1,1024})", re.ASCII)
_MID = re.compile(r"[A-Za-z0-9_+./=-]{1,16}", re.ASCII)
_RID = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)
_EXTENSION = re.compile(r"(\d{1,5})(?:/(?:sendrecv|sendonly|recvonly|inactive))? (\S{1,200})(?: .*)?", re.ASCII)
_RTPMAP = re.compile(r"(\d{1,3}) ([A-Za-z0-9_-]{1,32})/(\d{1,6})(?:/(\d{1,2}))?", re.ASCII)
_FEEDBACK = re.compile(r"(\*|\d{1,3}) ([a-z0-9-]{1,32}(?: [a-z0-9-]{1,32})?)(?: .*)?", re.ASCII)
_BLOCKS = re.compile(r"\d{1,3}(/\d{1,3}){0,31}", re.ASCII)
_FORMAT = re.compile(r"(\d{1,3}) (.{1,512})", re.ASCII)
_PARAMETER = re.compile(r"\s*([A-Za-z0-9-]{1,32})\s*=\s*([A-Za-z0-9.,/_+-]{1,64})\s*", re.ASCII)
_SSRC = re.compile(r"(\d{1,10})(?: .*)?", re.ASCII)
_SSRC_GROUP = re.compile(r"FID (\d{1,10}) (\d{1,10})", re.ASCII)
_FINGERPRINT = re.compile(r"([A-Za-z0-9-]{1,16}) ((?:[0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2})", re.ASCII)
_ICE_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{4,256}", re.ASCII)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)


class _LineError(Exception):
    """A line that is used cannot be read; `parse_offer` adds its number."""


def parse_offer(text: str) -> Offer:
    """Read an offer.

    Raises:
        InvalidOfferError: a line cannot be read, or one that must be there is missing.
        UnsupportedOfferError: there are more m-lines than a node takes.
    """
    reader = _Reader()
    for number, line in enumerate(islice(text.splitlines(), MAX_LINES + 1), start=1):
        if number > MAX_LINES:
            raise InvalidOfferError(f"the offer has more than {MAX_LINES} lines")
        try:
            reader.read(line)
        except _LineError as error:
            raise InvalidOfferError(f"line {number}: {error}") from None
    return reader.finish()


@dataclass(slots=True)
class _Transport:
    """ICE and DTLS attributes of the session or of one m-line."""

    ufrag: str | None = None
    pwd: str | None = None
    setup: str | None = None
    fingerprints: list[Fingerprint] = field(default_factory=list)


class _Reader:
    """Takes an offer line by line."""

    def __init__(self) -> None:
        self._offer = Offer()
        self._transports: list[_Transport] = [_Transport()]
        self._simulcast: dict[int, list[str]] = {}
        self._codec_details = 0
        """Of the m-line that is being read."""
        self._allows_mixed_extensions = False
        self._is_first = True

    def read(self, line: str) -> None:
        if self._is_first and line != "v=0":
            raise _LineError("an SDP offer begins with v=0")
        self._is_first = False
        if line.startswith("m="):
            self._open_media(line[2:])
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            self._read_transport(name, value)
            if self._offer.media:
                self._read_media(self._offer.media[-1], name, value)
            elif name == "group" and value.startswith("BUNDLE"):
                self._offer.bundle = tuple(value.split()[1:])
            elif name == "extmap-allow-mixed":
                self._allows_mixed_extensions = True

    def _open_media(self, value: str) -> None:
        kind, port, protocol, formats = _match(_MEDIA, value, "m-line").groups()
        if len(self._offer.media) == MAX_MEDIA_LINES:
            raise UnsupportedOfferError(f"the offer has more than {MAX_MEDIA_LINES} m-lines")
        media = MediaLine(kind, protocol, tuple(formats.split()), rejected=int(port) == 0)
        media.allows_mixed_extensions = self._allows_mixed_extensions
        self._offer.media.append(media)
        self._transports.append(_Transport())
        self._codec_details = 0

    def _read_transport(self, name: str, value: str) -> None:
        transport = self._transports[-1]
        match name:
            case "ice-ufrag":
                transport.ufrag = _match(_ICE_TOKEN, value, name)[0]
            case "ice-pwd":
                transport.pwd = _match(_ICE_TOKEN, value, name)[0]
            case "setup":
                transport.setup = value
            case "fingerprint":
                algorithm, digest = _match(_FINGERPRINT, value, name).groups()
                transport.fingerprints.append(Fingerprint(algorithm.lower(), digest.upper()))

    def _read_media(self, media: MediaLine, name: str, value: str) -> None:
        match name:
            case "mid":
                media.mid = _match(_MID, value, name)[0]
            case "sendrecv" | "sendonly" | "recvonly" | "inactive":
                media.direction = DIRECTIONS[name]
            case "bundle-only":
                media.rejected = False
            case "rtcp-mux":
                media.rtcp_mux = True
            case "extmap":
                number, uri = _match(_EXTENSION, value, name).groups()
                media.extensions[int(number)] = uri
            case "extmap-allow-mixed":
                media.allows_mixed_extensions = True
            case "rtpmap":
                _read_codec(media, value)
            case "rtcp-fb" | "fmtp":
                self._read_codec_detail(media, name, value)
            case "rid" | "simulcast" | "ssrc" | "ssrc-group":
                self._read_streams(media, name, value)
            case "sctp-port":
                media.sctp_port = _number(value, name, 65535)
            case "max-message-size":
                media.max_message_size = _number(value, name, 2**32 - 1)

    def _read_codec_detail(self, media: MediaLine, name: str, value: str) -> None:
        self._codec_details += 1
        if self._codec_details > MAX_CODEC_DETAILS:
            raise _LineError(f"an m-line has at most {MAX_CODEC_DETAILS} rtcp-fb and fmtp lines")
        if name == "rtcp-fb":
            payload_type, feedback = _match(_FEEDBACK, value, name).groups()
            if payload_type == "*":
                media.feedback.add(feedback)
            elif codec := media.codecs.get(int(payload_type)):
                codec.feedback.add(feedback)
        else:
            payload_type, parameters = _match(_FORMAT, value, name).groups()
            if codec := media.codecs.get(int(payload_type)):
                codec.parameters = _parameters(parameters)
                codec.blocks = _blocks(parameters)

    def _read_streams(self, media: MediaLine, name: str, value: str) -> None:
        match name:
            case "rid":
                rid, _, rest = value.partition(" ")
                if rest.startswith("send"):
                    if len(media.rids) == MAX_RIDS:
                        raise _LineError(f"up to {MAX_RIDS} rids can be sent on an m-line")
                    media.rids.append(_match(_RID, rid, name)[0])
            case "simulcast":
                self._simulcast[len(self._offer.media) - 1] = _simulcast_order(value)
            case "ssrc":
                ssrc = _number(_match(_SSRC, value, name)[1], name, 2**32 - 1)
                media.ssrc = ssrc if media.ssrc is None else media.ssrc
            case "ssrc-group":
                group = _SSRC_GROUP.fullmatch(value)
                if group and media.rtx_ssrc is None:
                    media.ssrc, media.rtx_ssrc = (_number(part, name, 2**32 - 1) for part in group.groups())

    def finish(self) -> Offer:
        """Check what only the whole shows, and settle ICE and DTLS."""
        offer = self._offer
        if not offer.media:
            raise InvalidOfferError("the offer has no m-line")
        mids = [media.mid for media in offer.media]
        if not all(mids) or len(set(mids)) != len(mids):
            raise InvalidOfferError("each m-line needs a mid of its own")
        for index, order in self._simulcast.items():
            media = offer.media[index]
            media.rids = [rid for rid in order if rid in media.rids]
        for media in offer.media:
            if len(media.rids) > MAX_RIDS or len(set(media.rids)) != len(media.rids):
                raise InvalidOfferError(f"m-line {media.mid}: up to {MAX_RIDS} different rids can be sent")
        self._settle_transport(mids)
        return offer

    def _settle_transport(self, mids: list[str]) -> None:
        offer, session = self._offer, self._transports[0]
        tagged = mids.index(offer.bundle[0]) if offer.bundle and offer.bundle[0] in mids else 0
        media = self._transports[tagged + 1]
        ufrag, pwd = media.ufrag or session.ufrag, media.pwd or session.pwd
        if not ufrag or not pwd:
            raise InvalidOfferError("ice-ufrag or ice-pwd is missing")
        offer.ice_ufrag, offer.ice_pwd = ufrag, pwd
        offer.setup = media.setup or session.setup or offer.setup
        offer.fingerprints = tuple(media.fingerprints or session.fingerprints)


def _read_codec(media: MediaLine, value: str) -> None:
    payload_type, codec, rate, channels = _match(_RTPMAP, value, "rtpmap").groups()
    number = _number(payload_type, "rtpmap", 127)
    if number in media.codecs:
        raise _LineError(f"payload type {number} is given twice")
    media.codecs[number] = OfferedCodec(number, codec, int(rate), int(channels or 1))


def _parameters(value: str) -> dict[str, str]:
    """The parameters of an `fmtp` line of the form `name=value;name=value`; the first of a name counts."""
    found = (_PARAMETER.fullmatch(part) for part in value.split(";"))
    return {match[1].lower(): match[2] for match in reversed([match for match in found if match])}


def _blocks(value: str) -> tuple[int, ...]:
    """The payload types in an `fmtp` line of the form `111/111`; none in one of another form."""
    return tuple(map(int, value.split("/"))) if _BLOCKS.fullmatch(value) else ()


def _simulcast_order(value: str) -> list[str]:
    """The rids that the client sends, from `send q;h;~f` or `recv … send …`; of alternatives the first (RFC 8853)."""
    words = value.split()
    sent = next((words[i + 1] for i in range(len(words) - 1) if words[i] == "send"), "")
    return [stream.split(",")[0].removeprefix("~") for stream in sent.split(";") if stream]


def _match(pattern: re.Pattern[str], value: str, name: str) -> re.Match[str]:
    found = pattern.fullmatch(value)
    if found is None:
        raise _LineError(f"{name} cannot be read")
    return found


def _number(value: str, name: str, maximum: int) -> int:
    number = int(_match(_NUMBER, value, name)[0])
    if number > maximum:
        raise _LineError(f"{name} is over {maximum}")
    return number
