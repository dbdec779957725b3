"""What a tag tells of the settings: it fits, it is read back, and what cannot be read is not guessed."""

import re
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_tables.drift.declaration import MEANINGS, Declaration, read, recognised
from sentinel_tables.model import Encryption, Owner, Settings, Table
from sentinel_tables.request.properties import KMS_KEY, MAX_UNITS, VIEW_TYPES
from sentinel_tables.rules.declared import INDEXES, WORDS, as_tag, digest
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.schemas import SCHEMAS, session_table_schema

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


EVERY = frozenset(setting for setting, _ in WORDS.values())
OWNER = Owner("arn:aws:cloudformation:eu-central-1:123456789012:stack/mine/1", "Table")


def told(declared: Settings, said: Collection[str] = EVERY, indexes: Collection[str] = ()) -> str:
    """The tag of a template that says these settings, and lists these optional indexes."""
    table = Table(session_table_schema("sentinel-sessions"), declared)
    return as_tag(Desired(table, Claim(OWNER, "session"), said=frozenset(said), optional_indexes=frozenset(indexes)))


def as_settings(found: Declaration) -> Settings:
    """All settings, if the tag says all."""
    assert found.settings.keys() == EVERY
    return Settings(**found.settings)


@given(settings)
def test_what_is_told_fits_a_tag_and_is_read_back(declared: Settings) -> None:
    text = told(declared)
    assert TAG.fullmatch(text)
    found = read(text)
    assert found is not None
    assert recognised(as_settings(found), declared) == declared
    assert told(as_settings(found)) == text


@given(settings, settings)
def test_only_the_same_settings_are_recognised_as_such(declared: Settings, live: Settings) -> None:
    found = read(told(declared))
    assert found is not None
    assert (recognised(as_settings(found), live) == live) is (declared == live)


@given(st.text() | st.from_regex(r"v1( [a-z]+=[\w:]*)*", fullmatch=True))
def test_whatever_stands_there_reading_does_not_fail(text: str) -> None:
    assert read(text) is None or text.startswith("v1")


DEFAULTS = "expiry=ttl stream=off class=STANDARD read=-1 write=-1 insights=off policy=off"
ROWS: dict[str, tuple[Settings, Collection[str], Collection[str], str]] = {
    "nothing": (Settings(), (), (), "v1"),
    "all defaults": (Settings(), EVERY, (), f"v1 protection=off recovery=35 key=managed {DEFAULTS}"),
    "a default that is said": (Settings(), {"deletion_protection"}, (), "v1 protection=off"),
    "as evidence": (
        Settings(deletion_protection=True, time_to_live=None, encryption=Encryption(key=KEY)),
        {"deletion_protection", "encryption", "time_to_live"},
        (),
        f"v1 protection=on key={KEY} expiry=off",
    ),
    "the key that DynamoDB owns": (Settings(encryption=Encryption(kms=False)), {"encryption"}, (), "v1 key=owned"),
    "a policy": (
        Settings(policy=POLICY, recovery_days=None),
        {"policy", "recovery_days"},
        (),
        f"v1 recovery=off policy={digest(POLICY)}",
    ),
    "optional indexes": (Settings(), (), {"gsi-b", "gsi-a"}, "v1 indexes=gsi-a,gsi-b"),
    "an optional index": (Settings(), (), {"gsi-device-id"}, "v1 indexes=gsi-device-id"),
}


@pytest.mark.parametrize(("declared", "said", "indexes", "text"), ROWS.values(), ids=ROWS)
def test_the_text(declared: Settings, said: Collection[str], indexes: Collection[str], text: str) -> None:
    assert told(declared, said, indexes) == text
    found = read(text)
    assert found is not None
    assert (set(found.settings), set(found.indexes)) == (set(said), set(indexes))


def test_the_tag_has_room_at_its_worst() -> None:
    worst = Settings(
        encryption=Encryption(key="a" * 300),
        recovery_days=None,
        stream="NEW_AND_OLD_IMAGES",
        table_class="STANDARD_INFREQUENT_ACCESS",
        max_read_units=MAX_UNITS,
        max_write_units=MAX_UNITS,
        policy=POLICY,
    )
    text = told(worst, EVERY, SCHEMAS["session"].optional_indexes)
    assert TAG.fullmatch(text)
    assert len(text) < 256


@pytest.mark.parametrize(
    ("key", "as_it_is"),
    [
        ("k" * 100, True),
        ("k" * 101, False),
        ("alias/mine", True),
        ("a b", False),
        ("a,b", False),
        ("a=b", False),
        ("off", False),
        ("managed", False),
        ("owned", False),
        ("", False),
        ("on", True),
    ],
)
def test_a_value_that_could_be_taken_for_another_word_or_has_no_room_is_told_by_its_digest(key: str, as_it_is: bool) -> None:
    told_key = told(Settings(encryption=Encryption(key=key)), {"encryption"})
    assert told_key == f"v1 key={key if as_it_is else digest(key)}"


def test_a_digest_is_of_the_text_in_utf_8() -> None:
    assert digest("\u00fc") == "sha256:607474ca475a9724"


def test_a_policy_that_is_a_digest_already_is_not_digested_again() -> None:
    assert told(Settings(policy=digest(POLICY)), {"policy"}) == f"v1 policy={digest(POLICY)}"


@pytest.mark.parametrize("length", [255, 256, 257])
def test_a_tag_of_256_characters_has_room_for_its_key(length: int) -> None:
    said, indexes = {"encryption", "time_to_live"}, ["i" * 60, "j" * 60, "k" * 30]
    without_key = len(told(Settings(encryption=Encryption(key="-")), said, indexes)) - 1
    key = "k" * (length - without_key)
    text = told(Settings(encryption=Encryption(key=key)), said, indexes)
    assert ((f"key={key}" in text), len(text)) == ((True, length) if length <= 256 else (False, without_key + 23))


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
    assert KEY in told(everything, EVERY - {"max_read_units", "max_write_units"})


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
    assert MEANINGS.keys() == {*WORDS, INDEXES}
