"""The templates, and what makes of a stranger's text only ever text: in a header, in plain text and in HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from function_app.notifications.languages import language_of, texts_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"
# Control characters, line separators, and marks that turn the direction of what stands beside them (Unicode TR 9).
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def rendered(template: str, values: Mapping[str, object]) -> str:
    """The template with these values; all that is put into HTML is escaped."""
    return _environment().get_template(template).render(values)


def unsubscribe_page(locale: str, title: str, resubscribe: str, *, wanted: bool) -> str:
    """The page that says whether messages are wanted; its button posts nothing, or the field `resubscribe`."""
    field, _, value = resubscribe.partition("=")
    shown = {"texts": texts_of(locale), "language": language_of(locale), "title": one_line(title), "wanted": wanted}
    return rendered("unsubscribe.html.j2", {**shown, "field": field, "value": value})


def one_line(text: str) -> str:
    """The text without line breaks and without what nobody sees: it can end no header and turn no sentence."""
    return _INVISIBLE.sub(" ", text).strip()


def isolated(text: str) -> str:
    """For plain text: the text keeps its own direction, and leaves that of what is around it alone."""
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}"


def _bdi(text: str, element: str = "span") -> Markup:
    """For HTML, the same; `element` is one of ours."""
    from markupsafe import Markup

    return Markup("<{0} dir=auto>{1}</{0}>").format(element, text)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Imported at the first letter: no start has to wait for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("function_app.notifications"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"isolated": isolated, "bdi": _bdi}
    return made
