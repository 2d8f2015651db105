"""The packet engine of a node. `_engine.pyi` says what there is."""

from parley_forwarder._engine import ClosedError, Engine, UnknownIdError

__all__ = ["ClosedError", "Engine", "UnknownIdError"]
