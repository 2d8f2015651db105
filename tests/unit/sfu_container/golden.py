"""Golden SDP: offers of real clients, and the answers to them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "recorded"


def read_golden(name: str) -> str:
    """The recorded text with its line ends as recorded."""
    return (FOLDER / name).read_bytes().decode()


def write_golden(name: str, text: str) -> None:
    (FOLDER / name).write_bytes(text.encode())
