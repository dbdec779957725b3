"""Whatever a template holds, the commands end with a sentence and a status."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentinel_tables.request.properties import PROPERTIES

from .desk import Desk
from .test_lint import RULES

FUNCTIONS = ("Ref", "Condition", "Fn::If", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::FindInMap", "Fn::GetAtt", "Fn::Equals")
OTHERS = ("Enabled", "Key", "Value", "A", "T.Arn", "breakglass", "sentinel-x", "${A.B}", "${A}", "true", "AWS::NoValue", "")
WORDS = st.sampled_from([*PROPERTIES, *FUNCTIONS, *OTHERS, "\x1b[1m"])
LEAVES = st.none() | st.booleans() | st.integers(-1, 40) | st.floats(allow_nan=False, allow_infinity=False) | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=12
)
PROPERTY_VALUES = st.dictionaries(st.sampled_from([*PROPERTIES, "Other", "Fn::Transform"]), VALUES, max_size=5)
TABLES = st.fixed_dictionaries(
    {"Type": st.just("Custom::SentinelTable"), "Properties": PROPERTY_VALUES | VALUES},
    optional={"Condition": VALUES, "DeletionPolicy": VALUES},
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["T", "U", "Fn::ForEach::X"]), TABLES | VALUES, max_size=2)},
    optional={"Parameters": VALUES, "Conditions": VALUES, "Mappings": VALUES, "Outputs": VALUES},
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEMPLATES)
def test_plan_and_validate(document: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        name = desk.file(json.dumps(document))
        for command in (["validate", name], ["plan", name], ["plan", name, "--stack", "records", "--json"]):
            result = desk.type(*command)
            assert result.exception is None or isinstance(result.exception, SystemExit)
            assert result.exit_code in (0, 1, 2)
            assert "\x1b" not in result.output


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEMPLATES)
def test_the_rules(document: dict[str, Any]) -> None:
    from cfnlint.helpers import load_plugins  # type: ignore[import-untyped] # noqa: PLC0415 - it has no types
    from cfnlint.template import Template  # type: ignore[import-untyped] # noqa: PLC0415

    for rule in load_plugins(str(RULES)):
        for match in rule.match(Template("template.yaml", document)):
            assert len(match.message) < 400
