"""What letters say, in each language: one module for each, and English for everybody else."""

from __future__ import annotations

from function_app.notifications.languages import ar, de, en
from function_app.notifications.languages.texts import Texts

_LANGUAGES = {"en": en.TEXTS, "de": de.TEXTS, "ar": ar.TEXTS}
DEFAULT = "en"


def language_of(locale: str) -> str:
    """The language in which somebody of that locale is written to."""
    language = locale.partition("-")[0]
    return language if language in _LANGUAGES else DEFAULT


def texts_of(locale: str) -> Texts:
    return _LANGUAGES[language_of(locale)]
