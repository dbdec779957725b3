"""The settings that a template states, as a tag's value. Pure. `drift.declaration` reads it back.

    v1 protection=off recovery=off key=arn:aws:kms:eu-central-1:123456789012:key/1b2c policy=sha256:5f3a99c01d2e4b67

Each setting that the template says has its word, defaults too; a setting without a word is unsaid. A resource policy, and a
key that has no room, are written as their digest.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sentinel_tables.model import Encryption, Settings
from sentinel_tables.rules.desired import Desired

TAG_VERSION = "v1"
LONGEST_TAG = 256
LONGEST_WORD = 100
"""Of a value that is told as it is."""
DIGEST = "sha256:"
DIGITS = 16
ON, OFF = "on", "off"
MANAGED = "managed"
OWNED = "owned"
INDEXES = "indexes"
"""The word of the optional indexes, which are no setting."""
WORD = re.compile(r"[\w+\-.:/@]+", re.ASCII)
RESERVED = (OFF, MANAGED, OWNED, "")


def as_tag(desired: Desired) -> str:
    """The template's settings as a tag's value of at most 256 characters."""
    whole = _spelled(desired, desired.table.settings)
    key = desired.table.settings.encryption.key
    if len(whole) <= LONGEST_TAG or key is None:
        return whole
    settings = desired.table.settings
    return _spelled(desired, replace(settings, encryption=replace(settings.encryption, key=digest(key))))


def digest(text: str) -> str:
    """The short form of a text that has no room."""
    return DIGEST + sha256(text.encode()).hexdigest()[:DIGITS]


def _spelled(desired: Desired, settings: Settings) -> str:
    words = [
        f"{word}={spelling(getattr(settings, setting))}"
        for word, (setting, spelling) in WORDS.items()
        if setting in desired.said
    ]
    indexes = [f"{INDEXES}={','.join(sorted(desired.optional_indexes))}"] if desired.optional_indexes else []
    return " ".join((TAG_VERSION, *words, *indexes))


def _switch(value: bool) -> str:  # noqa: FBT001 - one word for one bit
    return ON if value else OFF


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


WORDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "protection": ("deletion_protection", _switch),
    "recovery": ("recovery_days", _optional),
    "key": ("encryption", _key),
    "expiry": ("time_to_live", _optional),
    "stream": ("stream", _optional),
    "class": ("table_class", str),
    "read": ("max_read_units", str),
    "write": ("max_write_units", str),
    "insights": ("contributor_insights", _switch),
    "policy": ("policy", _digested),
}
"""Each word of version 1: the setting, and what writes it."""
