"""The data channel `control` on aiortc's SCTP, with bounds in both directions.

What comes in is bounded in streams, in bytes waiting for their missing parts and in what aiortc is let to read. What
goes out is bounded in bytes: when the other side does not read, messages are dropped, and once it has caught up it is
sent the whole state again, which is what the dropped messages would have led to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from aiortc import RTCDataChannel, RTCDtlsTransport, RTCSctpTransport
from aiortc.exceptions import InvalidStateError
from aiortc.rtcsctptransport import RTCSctpCapabilities

from parley_protocol.control import CONTROL_CHANNEL
from sfu_container.answer import MAX_DATA_CHANNEL_BYTES, SCTP_PORT
from sfu_container.sctp_guard import is_safe_packet

logger = logging.getLogger(__name__)

MAX_CHANNELS = 4
MAX_UNFINISHED_BYTES = 4 * MAX_DATA_CHANNEL_BYTES
MAX_OUT_OF_ORDER = 1_024
MAX_BUFFERED_BYTES = 1024 * 1024


class ControlTransport(RTCSctpTransport):
    """An SCTP association on which bad input is dropped, and one that piles up input is closed."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        super().__init__(transport, port=SCTP_PORT)
        self._window = self._advertised_rwnd

    async def _handle_data(self, data: bytes) -> None:
        if not is_safe_packet(data):
            logger.debug("an unsafe SCTP packet was dropped")
            return
        try:
            await super()._handle_data(data)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - aiortc raises whatever its parser stumbles on; the packet is lost
            logger.debug("an SCTP packet was dropped: %r", error)
        if self._is_piling_up():
            logger.info("an SCTP association was closed: too much unfinished input")
            self.close()

    async def _data_channel_receive(self, stream_id: int, pp_id: int, data: bytes) -> None:
        if stream_id not in self._data_channels and len(self._data_channels) >= MAX_CHANNELS:
            return
        await super()._data_channel_receive(stream_id, pp_id, data)

    def _is_piling_up(self) -> bool:
        return (
            self._window - self._advertised_rwnd > MAX_UNFINISHED_BYTES
            or len(self._sack_misordered) > MAX_OUT_OF_ORDER
            or len(self._inbound_streams) > MAX_CHANNELS
        )

    def close(self) -> None:
        """End the association without a word: stops its timers and its channels."""
        self._set_state(self.State.CLOSED)


class ControlChannel:
    """Finds the channel `control` among those that the client opens, and sends on it."""

    def __init__(
        self,
        transport: RTCDtlsTransport,
        on_open: Callable[[], None],
        on_message: Callable[[str | bytes], None],
    ) -> None:
        self._sctp = ControlTransport(transport)
        self._sctp.on("datachannel", self._accept)
        self._on_open = on_open
        self._on_message = on_message
        self._channel: RTCDataChannel | None = None
        self._is_behind = False

    async def start(self, remote_port: int, max_message_size: int) -> None:
        await self._sctp.start(RTCSctpCapabilities(maxMessageSize=max_message_size), remote_port)

    def _accept(self, channel: RTCDataChannel) -> None:
        if self._channel is not None or channel.label != CONTROL_CHANNEL:
            return
        self._channel = channel
        channel.on("message", self._on_message)
        channel.on("bufferedamountlow", self._catch_up)
        self._on_open()

    def send(self, text: str) -> None:
        """Send one message, or drop it when there is no open channel or too much waits already."""
        channel = self._channel
        if channel is None or channel.readyState != "open" or self._is_behind:
            return
        if channel.bufferedAmount + len(text) > MAX_BUFFERED_BYTES:
            self._is_behind = True
            return
        try:
            channel.send(text)
        except (InvalidStateError, ValueError) as error:
            logger.info("a control message was not sent: %s", error)

    def _catch_up(self) -> None:
        if self._is_behind:
            self._is_behind = False
            self._on_open()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.remove_all_listeners()
            self._channel = None
        self._sctp.close()
