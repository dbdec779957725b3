"""What a template declared of its table's settings, as a tag's value: compact, versioned, and read back. Pure.

    v1 protection=on recovery=off key=arn:aws:kms:eu-central-1:123456789012:key/1b2c policy=sha256:5f3a99c01d2e4b67

Only what differs from the defaults is told. A resource policy, and a key that has no room, are told by their digest, which
tells whether a live one is the same, and not what it says. A tag takes 256 characters, of these: letters, digits, spaces
and + - = . _ : / @
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sentinel_tables.model import Encryption, Settings

VERSION = "v1"
LONGEST_TAG = 256
LONGEST_WORD = 100
"""Of a value that is told as it is."""
DIGEST = "sha256:"
DIGITS = 16
OFF = "off"
MANAGED = "managed"
OWNED = "owned"
WORD = re.compile(r"[\w+\-.:/@]+", re.ASCII)
NUMBER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
RESERVED = (OFF, MANAGED, OWNED, "")


def told(settings: Settings) -> str:
    """The settings as a tag's value."""
    whole = _spelled(settings)
    key = settings.encryption.key
    return whole if len(whole) <= LONGEST_TAG or key is None else _spelled(_with_key(settings, digest(key)))


def read(text: str) -> Settings | None:
    """The settings that a tag tells, digests standing for what they are of; None where it is of no version known here."""
    version, *words = text.split(" ")
    if version != VERSION:
        return None
    found: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in MEANINGS or MEANINGS[name][0] in found:
            return None
        try:
            found[MEANINGS[name][0]] = MEANINGS[name][1](value)
        except ValueError:
            return None
    return Settings(**found)


def recognised(declared: Settings, live: Settings) -> Settings:
    """The declared settings with the live table's policy and key where their digests are those that were declared."""
    if live.policy is not None and declared.policy == digest(live.policy):
        declared = replace(declared, policy=live.policy)
    key = live.encryption.key
    return _with_key(declared, key) if key is not None and declared.encryption.key == digest(key) else declared


def digest(text: str) -> str:
    """What stands for a text that has no room."""
    return DIGEST + sha256(text.encode()).hexdigest()[:DIGITS]


def _with_key(settings: Settings, key: str) -> Settings:
    return replace(settings, encryption=replace(settings.encryption, key=key))


def _spelled(settings: Settings) -> str:
    defaults = Settings()
    words = [
        f"{name}={SPELLINGS[name](getattr(settings, setting))}"
        for name, (setting, _) in MEANINGS.items()
        if getattr(settings, setting) != getattr(defaults, setting)
    ]
    return " ".join((VERSION, *words))


def _switch(value: bool) -> str:  # noqa: FBT001 - one word for one bit
    return "on" if value else OFF


def _optional(value: object) -> str:
    return OFF if value is None else _word(str(value))


def _word(value: str) -> str:
    """A value as it is, where it can stand in a tag and be told from other words; else its digest."""
    fits = WORD.fullmatch(value) and value not in RESERVED and len(value) <= LONGEST_WORD
    return value if fits else digest(value)


def _key(encryption: Encryption) -> str:
    if not encryption.kms:
        return OWNED
    return MANAGED if encryption.key is None else _word(encryption.key)


def _digested(policy: str | None) -> str:
    return OFF if policy is None else policy if policy.startswith(DIGEST) else digest(policy)


def _is_on(value: str) -> bool:
    if value not in ("on", OFF):
        raise ValueError(value)
    return value == "on"


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


def _class(value: str) -> str:
    return _text(value) or OFF


def _encryption(value: str) -> Encryption:
    if value in (OWNED, MANAGED):
        return Encryption(kms=value == MANAGED)
    return Encryption(key=_class(value))


MEANINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "protection": ("deletion_protection", _is_on),
    "recovery": ("recovery_days", _days),
    "key": ("encryption", _encryption),
    "expiry": ("time_to_live", _text),
    "stream": ("stream", _text),
    "class": ("table_class", _class),
    "read": ("max_read_units", _number),
    "write": ("max_write_units", _number),
    "insights": ("contributor_insights", _is_on),
    "policy": ("policy", _text),
}
"""Each word of version 1: the setting, and what reads it."""
SPELLINGS: Mapping[str, Callable[[Any], str]] = {
    "protection": _switch,
    "recovery": _optional,
    "key": _key,
    "expiry": _optional,
    "stream": _optional,
    "class": str,
    "read": str,
    "write": str,
    "insights": _switch,
    "policy": _digested,
}
"""And what writes it."""
