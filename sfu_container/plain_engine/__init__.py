"""An `Engine` in plain Python: it forwards without decoding, and is meant to be read. A native one is to be fast."""

from sfu_container.plain_engine.engine import PlainEngine

__all__ = ["PlainEngine"]
