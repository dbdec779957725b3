"""Which settings a template says: a property alone does not say what stands in a key of it."""

import pytest

from sentinel_tables.request.said import SAYS, optional_indexes_in, said_in
from tests.worlds import Json


@pytest.mark.parametrize(("setting", "where"), SAYS.items())
def test_a_setting_is_said_by_its_property_or_by_the_key_in_it(setting: str, where: tuple[str, str | None]) -> None:
    name, key = where
    whole = {name: {key: "x"} if key else "x"}
    assert setting in said_in(whole)
    assert said_in({}) == frozenset()
    others: tuple[object, ...] = ({}, "x", [key], key, None)
    for other in others:
        assert (setting in said_in({name: other})) is (key is None)


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"TimeToLiveSpecification": {"AttributeName": "ttl"}}, set()),
        ({"TimeToLiveSpecification": {"Enabled": "false"}}, {"time_to_live"}),
        ({"OnDemandThroughput": {"MaxReadRequestUnits": "1"}}, {"max_read_units"}),
        ({"OnDemandThroughput": {"MaxWriteRequestUnits": "1"}}, {"max_write_units"}),
        ({"TableClass": "STANDARD", "Schema": "approval"}, {"table_class"}),
    ],
)
def test_no_other_setting_is_said_by_it(properties: Json, said: set[str]) -> None:
    assert said_in(properties) == said


@pytest.mark.parametrize(
    ("listed", "indexes"), [(["a", "b", "a"], {"a", "b"}), (["a", 7, None], {"a"}), ("a", set()), (None, set()), ([], set())]
)
def test_the_optional_indexes_are_the_names_in_the_list(listed: object, indexes: set[str]) -> None:
    assert optional_indexes_in({"OptionalIndexes": listed}) == indexes
    assert optional_indexes_in({}) == frozenset()
