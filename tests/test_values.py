"""A `Value` is what a frozen dataclass is: each row holds for both."""

import dataclasses
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sentinel_tables.values import Value


class Key(Value):
    name: str
    type: str = "S"
    tags: dict[str, str] = field(default_factory=dict)
    as_written: str | None = field(default=None, compare=False)


class SameFields(Value):
    name: str
    type: str = "S"


class Nothing(Value):
    pass


@dataclass(frozen=True)
class Standard:
    name: str
    type: str = "S"
    tags: dict[str, str] = field(default_factory=dict)
    as_written: str | None = field(default=None, compare=False)


BOTH = pytest.mark.parametrize("kind", [Key, Standard])
Kind = type[Key] | type[Standard]


@BOTH
def test_values_are_equal_if_their_fields_are(kind: Kind) -> None:
    assert kind("id") == kind("id", "S", {})
    assert kind("id") != kind("ID")
    assert kind("id") != kind("id", tags={"a": "b"})
    assert kind("id", as_written="x") == kind("id", as_written="y")


@BOTH
def test_fields_are_given_in_their_order_or_by_name(kind: Kind) -> None:
    made = kind("id", type="N", tags={"a": "b"})
    assert (made.name, made.type, made.tags, made.as_written) == ("id", "N", {"a": "b"}, None)
    assert kind(as_written="x", name="id").as_written == "x"


@BOTH
@pytest.mark.parametrize(
    ("items", "named"),
    [
        ((), {}),
        ((), {"type": "N"}),
        (("id", "S", {}, None, 5), {}),
        (("id",), {"name": "id"}),
        (("id",), {"other": "x"}),
        ((), {"other": "x"}),
    ],
)
def test_no_field_is_missing_given_twice_or_unknown(kind: Any, items: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        kind(*items, **named)


@BOTH
def test_values_of_two_classes_are_never_equal(kind: Kind) -> None:
    assert kind("id") != SameFields("id")
    assert kind("id") != ("id", "S", {})
    assert Nothing() == Nothing()
    assert Nothing() != SameFields("")


@BOTH
def test_a_value_without_mutable_parts_can_be_hashed(kind: Kind) -> None:
    assert hash(SameFields("id")) == hash(SameFields("id"))
    assert len({SameFields("id"), SameFields("id"), SameFields("ID")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind("id"))


@BOTH
@pytest.mark.parametrize("name", ["name", "tags", "as_written", "other"])
def test_no_attribute_is_set_or_deleted(kind: Kind, name: str) -> None:
    made = kind("id")
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, name, "x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(made, name)
    assert made == kind("id")


@BOTH
def test_a_changed_value_is_another_one(kind: Kind) -> None:
    made = kind("id")
    assert (replace(made, type="N"), made) == (kind("id", "N"), kind("id", "S"))
    with pytest.raises(TypeError):
        replace(made, other="x")  # type: ignore[call-arg] # the point


@BOTH
def test_a_value_prints_as_it_is_made(kind: Kind) -> None:
    assert repr(kind("id")) == f"{kind.__name__}(name='id', type='S', tags={{}}, as_written=None)"
    assert dataclasses.asdict(kind("id")) == {"name": "id", "type": "S", "tags": {}, "as_written": None}


@BOTH
def test_a_value_is_taken_apart_by_match(kind: Kind) -> None:
    match kind("id", "N"):
        case Key(name, type=found) | Standard(name, type=found):
            parts = (name, found)
    assert parts == ("id", "N")


@BOTH
def test_nothing_is_shared_between_values(kind: Kind) -> None:
    kind("id").tags["a"] = "b"
    assert kind("id").tags == {}
