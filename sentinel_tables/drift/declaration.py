"""Reads back from a table's tag the settings that its template states. Pure. `rules.declared` writes the tag."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sentinel_tables.model import TABLE_NAME, Encryption, Settings
from sentinel_tables.rules.declared import INDEXES, MANAGED, OFF, ON, OWNED, TAG_VERSION, WORD, WORDS, digest
from sentinel_tables.values import Value

NUMBER = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class Declaration(Value):
    """The template's words according to the table's tag: the settings by name, and the optional indexes."""

    settings: Mapping[str, Any]
    indexes: frozenset[str] = frozenset()


def read(text: str) -> Declaration | None:
    """Reads a tag. Digests stay digests. Returns None if the tag has no version that is known here."""
    version, *words = text.split(" ")
    if version != TAG_VERSION:
        return None
    found: dict[str, Any] = {}
    for told in words:
        word, _, value = told.partition("=")
        if word not in MEANINGS or word in found:
            return None
        try:
            found[word] = MEANINGS[word](value)
        except ValueError:
            return None
    indexes = found.pop(INDEXES, frozenset())
    return Declaration({WORDS[word][0]: value for word, value in found.items()}, indexes)


def recognised(declared: Settings, live: Settings) -> Settings:
    """The declared settings with the live table's policy and key if their digests are those that were declared."""
    if live.policy is not None and declared.policy == digest(live.policy):
        declared = replace(declared, policy=live.policy)
    key = live.encryption.key
    if key is None or declared.encryption.key != digest(key):
        return declared
    return replace(declared, encryption=replace(declared.encryption, key=key))


def _switch(value: str) -> bool:
    if value not in (ON, OFF):
        raise ValueError(value)
    return value == ON


def _text(value: str) -> str | None:
    if not WORD.fullmatch(value):
        raise ValueError(value)
    return None if value == OFF else value


def _number(value: str) -> int:
    if not NUMBER.fullmatch(value):
        raise ValueError(value)
    return int(value)


def _days(value: str) -> int | None:
    return None if value == OFF else _number(value)


def _names(value: str) -> frozenset[str]:
    names = value.split(",")
    if not all(TABLE_NAME.fullmatch(name) for name in names):
        raise ValueError(value)
    return frozenset(names)


def _class(value: str) -> str:
    return _text(value) or OFF


def _encryption(value: str) -> Encryption:
    if value in (OWNED, MANAGED):
        return Encryption(kms=value == MANAGED)
    return Encryption(key=_class(value))


MEANINGS: Mapping[str, Callable[[str], Any]] = {
    "protection": _switch,
    "recovery": _days,
    "key": _encryption,
    "expiry": _text,
    "stream": _text,
    "class": _class,
    "read": _number,
    "write": _number,
    "insights": _switch,
    "policy": _text,
    INDEXES: _names,
}
"""Each word of version 1, and what reads it."""
