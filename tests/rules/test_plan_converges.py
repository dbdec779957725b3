"""Whatever a table has drifted to, and whatever is wanted of it: converge, and the plan is empty. Twice is once."""

from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sentinel_tables.model import Encryption, Settings, Table
from sentinel_tables.rules.desired import Claim, Desired
from sentinel_tables.schemas import SCHEMAS
from tests.aws import FAST
from tests.aws.given import Given
from tests.aws.keys import MANAGED_ALIAS
from tests.rules.test_plan import CUSTOMER_KEY, OTHER, OTHER_POLICY, OWNER, POLICY, owned
from tests.worlds import INDEXES, Bench

VIEWS = st.sampled_from([None, "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"])
CLASSES = ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]
POLICIES = st.sampled_from([None, POLICY, OTHER_POLICY])
DAYS = st.one_of(st.none(), st.integers(1, 35))
UNITS = st.sampled_from([-1, 1, 100, 10**12])
TAGS = st.dictionaries(st.sampled_from(["team", "cost", "stage", "owner"]), st.sampled_from(["", "a", "b c"]))
WANTED = st.builds(
    Settings,
    deletion_protection=st.booleans(),
    recovery_days=DAYS,
    encryption=st.sampled_from(
        [Encryption(), Encryption(kms=False), Encryption(key=CUSTOMER_KEY), Encryption(key="alias/records")]
    ),
    time_to_live=st.sampled_from([None, "ttl"]),
    stream=VIEWS,
    table_class=st.sampled_from(CLASSES),
    max_read_units=UNITS,
    max_write_units=UNITS,
    contributor_insights=st.booleans(),
    policy=POLICIES,
)
INDEX_KEYS = st.sampled_from([None, ("wanted", "created_at"), ("other", None), ("created_at", "id")])


@st.composite
def drifted(draw: st.DrawFn, schema: str) -> Given:
    """A table that fits the schema by its keys, and has come to be anything else."""
    wanted = INDEXES[schema]
    kept = {name: draw(INDEX_KEYS) for name in wanted}
    indexes = {name: wanted[name] if keys and keys[0] == "wanted" else keys for name, keys in kept.items() if keys}
    provisioned = draw(st.sampled_from([None, (5, 5)]))
    live = Given(
        keys=(SCHEMAS[schema].partition_key, None),
        indexes=indexes | draw(st.sampled_from([{}, {"gsi-mine": ("mine", None)}])),
        projections={name: {"ProjectionType": "KEYS_ONLY"} for name in indexes if draw(st.booleans())},
        ttl=draw(st.sampled_from([None, SCHEMAS[schema].ttl_attribute])),
        recovery_days=draw(DAYS),
        provisioned=provisioned,
        tags=draw(TAGS) | draw(st.sampled_from([{}, owned(OTHER, schema=schema), owned(schema=schema)])),
        protected=draw(st.booleans()),
        table_class=draw(st.sampled_from([None, *CLASSES])),
        key=draw(st.sampled_from([None, MANAGED_ALIAS, "alias/records"])),
        stream=draw(VIEWS),
        insights=draw(st.booleans()),
        policy=draw(POLICIES),
    )
    if provisioned is None and draw(st.booleans()):
        live["cap"] = {"MaxReadRequestUnits": draw(st.sampled_from([1, 50]))}
    return live


SCHEMA_AND_LIVE = st.sampled_from(sorted(SCHEMAS)).flatmap(
    lambda schema: st.tuples(st.just(schema), st.one_of(st.none(), drifted(schema)))
)


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=SCHEMA_AND_LIVE, wanted=WANTED, tags=TAGS, forgotten=st.frozensets(st.sampled_from(["team", "cost", "gone"])))
@example(case=("approval", None), wanted=Settings(), tags={}, forgotten=frozenset())
def test_converging_leaves_nothing_to_do_and_converging_again_writes_nothing(
    case: tuple[str, Given | None], wanted: Settings, tags: dict[str, str], forgotten: frozenset[str]
) -> None:
    schema, live = case
    bench = Bench(FAST)
    named = SCHEMAS[schema]
    name = named.default_table_name
    wanted = replace(wanted, time_to_live=wanted.time_to_live and named.ttl_attribute)
    if live is not None:
        bench.plane.given_table(name, **live)
        bench.plane.put_record(name, {named.partition_key: "1"})
    foreign = {key: value for key, value in (live or {}).get("tags", {}).items() if key not in {*tags, *forgotten}}
    desired = Desired(
        Table(SCHEMAS[schema].named(name), wanted, tags),
        Claim(OWNER, schema, adopt=True),
        forgotten_tags=forgotten - tags.keys(),
    )
    settled = bench.converge(desired)
    resolved = bench.tables.with_key_arn(wanted.encryption)
    assert settled.table.settings.encryption == resolved
    written = len(bench.plane.writes())
    bench.converge(desired)
    assert bench.plane.writes()[written:] == []
    assert bench.plane.at_rest()
    assert bench.plane.lost_records == []
    truth = bench.plane.truth(name)
    assert truth is not None
    expected = {**{key: value for key, value in foreign.items() if not key.startswith("sentinel:")}, **tags}
    assert {key: value for key, value in truth["Tags"].items() if not key.startswith("sentinel:")} == expected
    assert ("gsi-mine" in (live or {}).get("indexes", {})) == ("gsi-mine" in bench.plane.tables[name].indexes)
    assert len(bench.plane.lost_windows) <= (wanted.recovery_days is None)
