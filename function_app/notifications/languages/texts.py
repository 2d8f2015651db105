"""What there is to say, for every language alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from function_app.notifications.documents import Kind


@dataclass(frozen=True)
class KindTexts:
    """What one kind of letter says; `{title}` is the meeting's, and `{when}` in `short` the time, if there is one."""

    subject: str
    lead: str
    short: str
    short_without_time: str


@dataclass(frozen=True)
class Texts:
    direction: Literal["ltr", "rtl"]
    kinds: dict[Kind, KindTexts]
    greeting: str
    """With `{name}`."""
    when: str
    repeats: str
    any_time: str
    join: str
    own_link: str
    """That the link is for this person only."""
    why: str
    unsubscribe: str
    span: str
    """A time span of `{date}`, `{begin}`, `{end}` and `{zone}`."""
    unsubscribed: str
    """With `{title}`, as the next three."""
    subscribed: str
    ask_unsubscribe: str
    ask_subscribe: str
    """The label of the button that takes the choice back."""
