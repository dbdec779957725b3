"""What a tag tells of the settings: it fits, it is read back, and what cannot be read is not guessed."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_tables.drift.declaration import MEANINGS, read, recognised
from sentinel_tables.model import Encryption, Settings
from sentinel_tables.request.properties import KMS_KEY, MAX_UNITS, VIEW_TYPES
from sentinel_tables.rules.declared import WORDS, digest, told

KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
POLICY = '{"Statement":[],"Version":"2012-10-17"}'
TAG = re.compile(r"[\w +\-=.:/@]{1,256}", re.ASCII)

units = st.integers(1, MAX_UNITS) | st.just(-1)
keys = st.none() | st.just(KEY) | st.from_regex(KMS_KEY, fullmatch=True)
settings = st.builds(
    Settings,
    deletion_protection=st.booleans(),
    recovery_days=st.none() | st.integers(1, 35),
    encryption=st.just(Encryption(kms=False)) | st.builds(Encryption, key=keys),
    time_to_live=st.sampled_from([None, "ttl"]),
    stream=st.none() | st.sampled_from(VIEW_TYPES),
    table_class=st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"]),
    max_read_units=units,
    max_write_units=units,
    contributor_insights=st.booleans(),
    policy=st.none() | st.text(min_size=1).map(lambda text: f'{{"Id":"{text}"}}'),
)


@given(settings)
def test_what_is_told_fits_a_tag_and_is_read_back(declared: Settings) -> None:
    text = told(declared)
    assert TAG.fullmatch(text)
    found = read(text)
    assert found is not None
    assert recognised(found, declared) == declared
    assert told(found) == text


@given(settings, settings)
def test_only_the_same_settings_are_recognised_as_such(declared: Settings, live: Settings) -> None:
    found = read(told(declared))
    assert found is not None
    assert (recognised(found, live) == live) is (declared == live)


@given(st.text() | st.from_regex(r"v1( [a-z]+=[\w:]*)*", fullmatch=True))
def test_whatever_stands_there_reading_does_not_fail(text: str) -> None:
    assert read(text) is None or text.startswith("v1")


ROWS = {
    "the defaults": (Settings(), "v1"),
    "as evidence": (
        Settings(deletion_protection=True, time_to_live=None, encryption=Encryption(key=KEY)),
        f"v1 protection=on key={KEY} expiry=off",
    ),
    "the key that DynamoDB owns": (Settings(encryption=Encryption(kms=False)), "v1 key=owned"),
    "a policy": (Settings(policy=POLICY, recovery_days=None), f"v1 recovery=off policy={digest(POLICY)}"),
}


@pytest.mark.parametrize(("declared", "text"), ROWS.values(), ids=ROWS)
def test_the_text(declared: Settings, text: str) -> None:
    assert told(declared) == text


def test_a_key_that_has_no_room_is_told_by_its_digest() -> None:
    everything = Settings(
        deletion_protection=True,
        recovery_days=None,
        encryption=Encryption(key=KEY),
        time_to_live=None,
        stream="NEW_AND_OLD_IMAGES",
        table_class="STANDARD_INFREQUENT_ACCESS",
        max_read_units=MAX_UNITS,
        max_write_units=MAX_UNITS,
        contributor_insights=True,
        policy=POLICY,
    )
    assert f"key={digest(KEY)}" in told(everything)
    assert KEY in told(replace(everything, max_read_units=-1, max_write_units=-1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v2",
        "v1 colour=red",
        "v1 protection=maybe",
        "v1 recovery=many",
        "v1 key=",
        "v1 read=1 read=2",
        "v1 ",
        "V1",
        "v10",
    ],
)
def test_what_is_of_no_known_version_tells_nothing(text: str) -> None:
    assert read(text) is None


def test_every_word_that_is_written_is_read() -> None:
    assert MEANINGS.keys() == WORDS.keys()
