"""The Slots of one Peer, kept in step with the Engine."""

from __future__ import annotations

from parley_protocol.control import SlotState
from parley_protocol.wire import SlotRequest
from sfu_container.engine import Engine, SlotLine
from sfu_container.negotiation import LineUse, NegotiatedLine

ALL_TEMPORAL_LAYERS = 7


def slot_id(peer: str, mid: str) -> str:
    """The Engine's name for a Slot."""
    return f"{peer}/{mid}"


def parse_slot_id(slot: str) -> tuple[str, str]:
    """The Peer and the mid in a Slot's name."""
    peer, _, mid = slot.partition("/")
    return peer, mid


class PeerSlots:
    """A Slot whose m-line stops receiving is paused, never removed.

    Its SSRCs are used up: were it begun anew under the same ones, its packets would repeat the key stream of SRTP.
    """

    def __init__(self, peer: str, engine: Engine) -> None:
        self.states: dict[str, SlotState] = {}
        """What each Slot carries now, by mid."""
        self._peer = peer
        self._engine = engine
        self._known: dict[str, SlotLine] = {}
        """What the Engine has, as it was told last: the Slots in `states`, and those that are paused."""

    def take(self, line: NegotiatedLine) -> None:
        """Keep up with an m-line as it is negotiated now."""
        slot = slot_id(self._peer, line.mid)
        if line.use is LineUse.SLOT:
            was_paused = line.mid in self._known and line.mid not in self.states
            self._tell(slot, line.as_slot)
            if was_paused:
                self._engine.set_paused(slot, paused=False)
            self.states.setdefault(line.mid, SlotState(mid=line.mid))
        elif line.mid in self.states:
            del self.states[line.mid]
            self._engine.route(slot, None, 0, ALL_TEMPORAL_LAYERS, 0)
            self._engine.set_paused(slot, paused=True)

    def _tell(self, slot: str, line: SlotLine) -> None:
        if self._known.get(line.mid) != line:
            self._engine.add_slot(self._peer, slot, line)
            self._known[line.mid] = line

    def fill(self, request: SlotRequest) -> None:
        """Let a Slot that there is carry a Publication; an audio Slot only where the loudest do not fill it."""
        self._engine.route(
            slot_id(self._peer, request.mid),
            request.publication,
            request.max_height,
            ALL_TEMPORAL_LAYERS,
            request.priority,
        )
