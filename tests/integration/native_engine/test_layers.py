"""Pictures in two sizes pass the engine, and a viewer can decode what it gets, whichever size it asks for."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import groupby, pairwise

import pytest

from sfu_container.engine import PublicationLine, SlotLine
from sfu_container.native_engine import NativeEngine
from tests.integration.native_engine.cameras import (
    DESCRIPTOR_ID,
    EXTENSIONS,
    Av1Decoder,
    Av1Layers,
    Camera,
    Decoder,
    H264Decoder,
    H264Simulcast,
    LayerDecoder,
    Vp9Layers,
    packet,
)
from tests.integration.native_engine.clients import Keys, UdpClient, connect, is_rtcp, is_rtp
from tests.support.waiting import eventually

PICTURES_PER_SECOND = 30
SLOT = "slot"
CODECS: dict[str, tuple[Callable[[], Camera], Callable[[], Decoder]]] = {
    "H264 simulcast": (H264Simulcast, H264Decoder),
    "VP9 layers": (Vp9Layers, LayerDecoder),
    "AV1 layers": (Av1Layers, Av1Decoder),
}


async def film(camera: Camera, client: UdpClient, keys: Keys) -> None:
    """Send pictures, and a keyframe in all sizes whenever one is asked for."""
    wants_key = asyncio.Event()
    wants_key.set()

    async def listen() -> None:
        while True:
            data = await client.receive()
            # Picture loss indication (RFC 4585, 6.3.1), alone or behind something else.
            if is_rtcp(data) and b"\x81\xce\x00\x02" in keys.unprotect_rtcp(data):
                wants_key.set()

    listening = asyncio.create_task(listen())
    sequences = [65_500] * len(camera.encodings)
    try:
        for number in range(10_000):
            timestamp = (number + 1) * 90_000 // PICTURES_PER_SECOND
            for part in camera.shoot(number, is_key=wants_key.is_set()):
                rid = camera.encodings[part.stream].rid
                client.send(keys.protect(packet(camera.codec, part, sequences[part.stream], timestamp, rid)))
                sequences[part.stream] += 1
            wants_key.clear()
            await asyncio.sleep(1 / PICTURES_PER_SECOND)
    finally:
        listening.cancel()


class Screen:
    """Decodes what comes to a viewer; heights are those of all pictures shown, in their order."""

    def __init__(self, decoder: Decoder) -> None:
        self.heights: list[int | None] = []
        self._decoder = decoder
        self._numbers: list[int] = []
        self._picture: list[tuple[bytes, bytes]] = []

    def take(self, data: bytes) -> None:
        (number,) = struct.unpack_from("!H", data, 2)
        self._numbers.append(number)
        header_len, descriptor = _read_header(data)
        self._picture.append((data[header_len:], descriptor))
        if data[1] & 0x80:
            self.heights.append(self._decoder.take(self._picture))
            self._picture = []

    @property
    def has_gaps(self) -> bool:
        return any((after - before) % 65_536 != 1 for before, after in pairwise(self._numbers))


def _read_header(data: bytes) -> tuple[int, bytes]:
    """Where the payload begins, and the dependency descriptor, from a packet without CSRCs."""
    if not data[0] & 0x10:
        return 12, b""
    form, words = struct.unpack_from("!HH", data, 12)
    extension = data[16 : 16 + 4 * words]
    place, descriptor = 0, b""
    while place < len(extension):
        if extension[place] == 0:
            place += 1
            continue
        if form == 0x1000:
            number, size, start = extension[place], extension[place + 1], place + 2
        else:
            number, size, start = extension[place] >> 4, (extension[place] & 0x0F) + 1, place + 1
        if number == DESCRIPTOR_ID:
            descriptor = extension[start : start + size]
        place = start + size
    return 16 + 4 * words, descriptor


@asynccontextmanager
async def running(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    """Tasks that go on meanwhile; what one of them raises is raised here."""
    try:
        yield
    finally:
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()


@pytest.mark.parametrize("codec", CODECS)
async def test_a_viewer_decodes_the_size_that_it_asks_for_and_another_after_a_switch(
    engine: NativeEngine, publisher: UdpClient, viewer: UdpClient, codec: str
) -> None:
    make_camera, make_decoder = CODECS[codec]
    camera = make_camera()
    sending = await connect(engine, publisher, "ann", "AEAD_AES_128_GCM")
    receiving = await connect(engine, viewer, "bob", "AEAD_AES_128_GCM")
    line = PublicationLine("video", "0", camera.encodings, (camera.codec,), EXTENSIONS)
    engine.add_publication("ann", "camera", line)
    engine.add_slot("bob", SLOT, SlotLine("video", "5", 900, None, (camera.codec,), EXTENSIONS))
    screen = Screen(make_decoder())

    async def watch() -> None:
        while True:
            data = await viewer.receive()
            if is_rtp(data):
                screen.take(receiving.unprotect(data))

    async def shows(height: int) -> None:
        engine.route(SLOT, "camera", height, 7, 0)
        await eventually(
            lambda: watching.done() or filming.done() or screen.heights[-5:] == [height] * 5,
            f"five pictures of {height} lines",
        )

    watching, filming = asyncio.create_task(watch()), asyncio.create_task(film(camera, publisher, sending))
    async with running(watching, filming):
        for height in (180, 360, 180):
            await shows(height)
    assert not screen.has_gaps
    assert [height for height, _ in groupby(screen.heights)][-3:] == [180, 360, 180]
