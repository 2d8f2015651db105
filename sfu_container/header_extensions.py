"""Which header extensions (RFC 8285) an m-line is answered with."""

from __future__ import annotations

from typing import Final

from sfu_container.offer import MediaLine

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
VIDEO_ORIENTATION: Final = "urn:3gpp:video-orientation"
DEPENDENCY_DESCRIPTOR: Final = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"

SLOT_EXTENSIONS = frozenset({MID, AUDIO_LEVEL, ABS_SEND_TIME, TRANSPORT_CC, VIDEO_ORIENTATION, DEPENDENCY_DESCRIPTOR})
PUBLICATION_EXTENSIONS = SLOT_EXTENSIONS | {RID, REPAIRED_RID}
LONG_EXTENSIONS = frozenset({DEPENDENCY_DESCRIPTOR})
"""Those that may take more than the 16 bytes of the one-byte form."""

ONE_BYTE_IDS = range(1, 15)
TWO_BYTE_IDS = range(16, 256)
"""Id 15 means something else in the one-byte form (RFC 8285, 4.2), so nobody who mixes the forms uses it."""


def negotiate_extensions(media: MediaLine, *, is_publication: bool) -> dict[int, str]:
    """The extensions that both know, by id. Without `extmap-allow-mixed` they have to fit the one-byte form."""
    known = PUBLICATION_EXTENSIONS if is_publication else SLOT_EXTENSIONS
    if not media.allows_mixed_extensions:
        known -= LONG_EXTENSIONS
    return {
        number: uri
        for number, uri in media.extensions.items()
        if uri in known and (number in ONE_BYTE_IDS or (media.allows_mixed_extensions and number in TWO_BYTE_IDS))
    }
