"""Publishes a test picture and tone to a meeting by WHIP, with the webrtcbin of GStreamer 1.20 or later.

    python3 whip_gstreamer.py http://localhost:8080/whip/demo "$TOKEN" [VP8|H264]

On Debian: apt install python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-nice gstreamer1.0-plugins-{bad,good,ugly}
"""

from __future__ import annotations

import sys
import urllib.parse
import urllib.request
from typing import Any

import gi

for library in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(library, "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402 - the versions have to be asked for first

PICTURE = "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert ! queue !"
ENCODERS = {
    "VP8": "vp8enc deadline=1 keyframe-max-dist=60 ! rtpvp8pay pt=96",
    "H264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=60 ! video/x-h264,profile=constrained-baseline"
    " ! rtph264pay pt=96 config-interval=-1 aggregate-mode=zero-latency",
}
SOUND = (
    "audiotestsrc is-live=true ! audioconvert ! audioresample ! queue ! opusenc ! rtpopuspay pt=97"
    " ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97"
)


class Publisher:
    def __init__(self, url: str, token: str, codec: str) -> None:
        self._url, self._authorization = url, {"Authorization": f"Bearer {token}"}
        self._session = ""
        self._kept: list[Any] = []
        """Descriptions and promises: GStreamer does not keep those that Python made."""
        video = f"{PICTURE} {ENCODERS[codec]} ! application/x-rtp,media=video,encoding-name={codec},payload=96"
        peer = "webrtcbin name=peer bundle-policy=max-bundle"
        self.pipeline = Gst.parse_launch(f"{peer} {video} ! peer. {SOUND} ! peer.")
        self._peer = self.pipeline.get_by_name("peer")
        self._peer.connect("on-negotiation-needed", self._negotiate)
        self._peer.connect("notify::ice-gathering-state", self._gathered)
        self._peer.connect("notify::connection-state", self._tell)

    def _negotiate(self, *_: Any) -> None:
        promise = Gst.Promise.new_with_change_func(self._offered, None)
        self._kept.append(promise)
        self._peer.emit("create-offer", None, promise)

    def _offered(self, promise: Any, _: Any) -> None:
        reply = promise.get_reply()
        offer, done = reply.get_value("offer"), Gst.Promise.new()
        self._kept += [reply, offer, done]
        self._peer.emit("set-local-description", offer, done)

    def _gathered(self, *_: Any) -> None:
        complete = GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if not self._session and self._peer.get_property("ice-gathering-state") == complete:
            self._session = self._url
            GLib.idle_add(self._post)

    def _post(self) -> bool:
        offer = self._peer.get_property("local-description").sdp.as_text().encode()
        headers = {"Content-Type": "application/sdp", **self._authorization}
        request = urllib.request.Request(self._url, offer, headers, method="POST")
        with urllib.request.urlopen(request) as response:
            self._session = urllib.parse.urljoin(response.url, response.headers["Location"])
            _, message = GstSdp.SDPMessage.new()
            GstSdp.sdp_message_parse_buffer(response.read(), message)
        print("publishing as", self._session)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        done = Gst.Promise.new()
        self._kept += [message, answer, done]
        self._peer.emit("set-remote-description", answer, done)
        return False

    def _tell(self, *_: Any) -> None:
        print("the connection is", self._peer.get_property("connection-state").value_nick)

    def leave(self) -> None:
        if self._session not in ("", self._url):
            urllib.request.urlopen(urllib.request.Request(self._session, headers=self._authorization, method="DELETE"))


def main() -> None:
    Gst.init(None)
    url, token, codec = [*sys.argv[1:], "VP8"][:3]
    publisher = Publisher(url, token, codec)
    publisher.pipeline.set_state(Gst.State.PLAYING)
    try:
        GLib.MainLoop().run()
    except KeyboardInterrupt:
        publisher.leave()
    finally:
        publisher.pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
