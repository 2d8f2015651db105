"""FFmpeg's own WHIP muxer, as it comes with PyAV, publishes to the platform."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import av
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.integration.whip.conftest import Client, Invite
from tests.support.platform import Platform
from tests.support.waiting import eventually

SAMPLES = 960
"""20 ms at 48 kHz."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Options with a P-256 certificate: one that FFmpeg makes with GnuTLS itself is of a curve that OpenSSL refuses."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "studio")])
    now = datetime.now(UTC)
    serial = x509.random_serial_number()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(serial).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    signed = builder.sign(key, SHA256())
    files = {
        "key_file": (folder / "key.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
        "cert_file": (folder / "cert.pem", signed.public_bytes(Encoding.PEM)),
    }
    for path, content in files.values():
        path.write_bytes(content)
    return {option: str(path) for option, (path, _) in files.items()}


def _noise(number: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="stereo", samples=SAMPLES)
    frame.planes[0].update(bytes(range(256)) * 15)
    frame.sample_rate, frame.pts = 48_000, number * SAMPLES
    return frame


def _grey(number: int) -> av.VideoFrame:
    frame = av.VideoFrame(320, 240, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([number % 256]) * plane.buffer_size)
    frame.pts = number
    return frame


class Ffmpeg:
    """A thread that sends noise and a grey that changes, until it is stopped."""

    def __init__(self, url: str, token: str, certificate: dict[str, str]) -> None:
        self._url = url
        self._options = {"authorization": token, "whip_flags": "dtls_active", **certificate}
        self._may_end = threading.Event()
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with av.open(self._url, "w", format="whip", options=self._options) as output:
                self._send(output)
        except Exception as error:  # noqa: BLE001 - it is raised again in `stop`
            self.failure = error

    def _send(self, output: av.container.OutputContainer) -> None:
        sound = output.add_stream("libopus", rate=48_000, layout="stereo")
        options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        picture = output.add_stream("libx264", rate=25, width=320, height=240, pix_fmt="yuv420p", options=options)
        picture.gop_size = 25
        begun, sent = time.monotonic(), 0
        while not self._may_end.wait(max(0.0, begun + sent * 0.02 - time.monotonic())):
            output.mux(sound.encode(_noise(sent)))
            if sent % 2 == 0:
                output.mux(picture.encode(_grey(sent // 2)))
            sent += 1

    async def stop(self) -> None:
        self._may_end.set()
        await asyncio.to_thread(self._thread.join, 20)
        assert not self._thread.is_alive(), "FFmpeg does not end"
        if self.failure is not None:
            raise self.failure


async def test_what_ffmpeg_publishes_is_seen_and_heard_and_ends_when_it_does(
    platform: Platform, client: Client, invite: Invite, certificate: dict[str, str]
) -> None:
    viewer = client("/whep/demo", await invite("viewer"))
    await viewer.watch()
    ffmpeg = Ffmpeg(f"{platform.origin}/whip/demo", await invite("ffmpeg"), certificate)
    try:
        await eventually(
            lambda: ffmpeg.failure or min(viewer.frames.get(kind, 0) for kind in ("audio", "video")) >= 20,
            "picture and sound arrive",
        )
    finally:
        await ffmpeg.stop()
    async with viewer.http.get(f"{platform.node_origin}/healthz") as response:
        assert (await response.json())["peers"] == 1
