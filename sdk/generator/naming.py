"""How things of the OpenAPI document are called in the SDKs."""

from __future__ import annotations

import keyword
import re

_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-.\s]+")
_ARGUMENTS = {"lobby": "participant"}
"""Where the last word before a parameter in the path does not say what the parameter names."""
_WORDS = {"maxpagesize": "page_size"}


def snake_case(name: str) -> str:
    """`ttlSeconds` as `ttl_seconds`, `if-match` as `if_match`."""
    text = _WORDS.get(name) or _WORD_BREAK.sub("_", name).lower()
    return f"{text}_" if keyword.iskeyword(text) else text


def camel_case(name: str) -> str:
    """`ttl_seconds` as `ttlSeconds`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def pascal_case(name: str) -> str:
    """`apiKeys` and `api_keys` as `ApiKeys`."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def singular(noun: str) -> str:
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun.removesuffix("s")


def method_name(operation: str, group: str) -> str:
    """The operation's name without the noun that its group has already: `listMeetings` of `meetings` is `list`."""
    words = snake_case(operation).split("_")
    known = {snake_case(group), singular(snake_case(group))}
    kept = [word for word in words if word not in known]
    return "_".join(kept or words)


def path_argument(path: str, parameter: str) -> str:
    """What a parameter in a path names: `{wid}` in `/webhooks/{wid}:test` is `webhook`."""
    before = path.partition(f"/{{{parameter}}}")[0].rpartition("/")[2]
    return _ARGUMENTS.get(before) or singular(snake_case(before))
