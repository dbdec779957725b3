"""What a template says, does not say, and takes back, on a new, a standing and an adopted table: docs/reference/resource.md.

Each setting ends as the table there says, also if the process dies at any call.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.aws import FAST, Fault, Faults, Kind
from tests.aws.given import Given
from tests.sweep.settings import canonical, stands
from tests.worlds import DEFAULT_NAMES, Json, Scene, standing

pytestmark = pytest.mark.timeout(600)  # with --sweep-all, one test is a death at every call of several events

SAMPLE = 7
"""Without `--sweep-all`, of the deaths one in so many; other ones in each case."""
FOREIGN = {"cost": "7"}
IA = "STANDARD_INFREQUENT_ACCESS"
KEY, ANOTHER_KEY = "alias/said", "alias/found"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteItem", "Resource": "*"}],
}
FOUND_POLICY = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Action": "dynamodb:PutItem"}]}  # type: ignore[dict-item]
OPTIONAL = {"gsi-device-id": ("device_id", "created_at")}


@dataclass(frozen=True)
class Setting:
    """One row of that table. Values are those that the service shows; a key is named by its alias."""

    name: str
    said: tuple[tuple[Json, object], ...]
    """Properties that say it, and what they make of it."""
    given: Given
    """How it is found on a table that stands."""
    found: object
    new: object
    unsaid: object
    taken_back: object
    schema: str = "approval"
    label: str = ""

    def __str__(self) -> str:
        return self.label or self.name


def recovery(**specification: object) -> Json:
    return {"PointInTimeRecoverySpecification": specification}


def expiry(**specification: object) -> Json:
    return {"TimeToLiveSpecification": specification}


def key(name: str) -> Json:
    return {"SSESpecification": {"SSEEnabled": "true", "KMSMasterKeyId": name}}


SETTINGS = (
    Setting(
        "protection", (({"DeletionProtectionEnabled": "false"}, False), ({"DeletionProtectionEnabled": "true"}, True)),
        Given(protected=True), True, new=False, unsaid=True, taken_back=True,
    ),
    Setting(
        "protection", (({"DeletionProtectionEnabled": "true"}, True),),
        Given(protected=False), False, new=False, unsaid=False, taken_back=False, label="protection, found off",
    ),
    Setting(
        "recovery",
        ((recovery(PointInTimeRecoveryEnabled="false"), None), (recovery(RecoveryPeriodInDays="7"), 7)),
        Given(recovery_days=3), 3, new=35, unsaid=35, taken_back=35,
    ),
    Setting(
        "recovery", ((recovery(PointInTimeRecoveryEnabled="true"), 35),),
        Given(recovery_days=None), None, new=35, unsaid=35, taken_back=35, label="recovery, found off",
    ),
    Setting(
        "encryption", ((key(KEY), KEY), ({"SSESpecification": {"SSEEnabled": "false"}}, "AWS owned")),
        Given(key=ANOTHER_KEY), ANOTHER_KEY, new="AWS managed", unsaid=ANOTHER_KEY, taken_back="AWS managed",
    ),
    Setting(
        "encryption", (({"SSESpecification": {"SSEEnabled": "true"}}, "AWS managed"),),
        Given(key=None), "AWS owned", new="AWS managed", unsaid="AWS managed", taken_back="AWS managed",
        label="encryption, found with the key that AWS owns",
    ),
    Setting(
        "expiry",
        ((expiry(Enabled="true"), "ttl"), (expiry(Enabled="false"), None)),
        Given(ttl=None), None, new="ttl", unsaid=None, taken_back=None,
    ),
    Setting(
        "expiry", ((expiry(Enabled="false", AttributeName="ttl"), None),),
        Given(ttl="ttl"), "ttl", new="ttl", unsaid="ttl", taken_back="ttl", label="expiry, found on",
    ),
    Setting(
        "stream", (({"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}}, "NEW_IMAGE"),),
        Given(stream="KEYS_ONLY"), "KEYS_ONLY", new=None, unsaid="KEYS_ONLY", taken_back=None,
    ),
    Setting(
        "class", (({"TableClass": "STANDARD"}, "STANDARD"), ({"TableClass": IA}, IA)),
        Given(table_class=IA), IA,
        new="STANDARD", unsaid=IA, taken_back="STANDARD",
    ),
    Setting(
        "reads", (({"OnDemandThroughput": {"MaxReadRequestUnits": "9"}}, 9),),
        Given(cap={"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 5}), 7, new=None, unsaid=7, taken_back=None,
    ),
    Setting(
        "writes", (({"OnDemandThroughput": {"MaxWriteRequestUnits": "-1"}}, None),),
        Given(cap={"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 5}), 5, new=None, unsaid=5, taken_back=None,
    ),
    Setting(
        "insights",
        (
            ({"ContributorInsightsSpecification": {"Enabled": "false"}}, False),
            ({"ContributorInsightsSpecification": {"Enabled": "true"}}, True),
        ),
        Given(insights=True), True, new=False, unsaid=True, taken_back=False,
    ),
    Setting(
        "policy", (({"ResourcePolicy": {"PolicyDocument": POLICY}}, canonical(POLICY)),),
        Given(policy=json.dumps(FOUND_POLICY)), canonical(FOUND_POLICY),
        new=None, unsaid=canonical(FOUND_POLICY), taken_back=None,
    ),
    Setting(
        "tag", (({"Tags": [{"Key": "team", "Value": "red"}]}, "red"),),
        Given(tags={"team": "blue"}), "blue", new=None, unsaid="blue", taken_back=None,
    ),
    Setting(
        "index", (({"OptionalIndexes": ["gsi-device-id"]}, True),),
        Given(indexes={**standing("session")["indexes"], **OPTIONAL}), True,
        new=False, unsaid=True, taken_back=False, schema="session",
    ),
)  # fmt: skip
EACH = pytest.mark.parametrize("setting", SETTINGS, ids=str)
TABLES = ("new", "standing", "adopted")


@dataclass
class Case:
    """An event for a table that is new, stands, or is adopted; `said` are the template's words for the setting."""

    setting: Setting
    table: str
    said: Json
    before: Json | None = None
    """What the previous template said, if there was one."""
    wanted: object = None
    fault: Fault | None = None
    scene: Scene = field(init=False)

    def play(self) -> object:
        """What the setting is in the end."""
        scene = self.scene = Scene(durations=FAST)
        for alias in (KEY, ANOTHER_KEY):
            scene.plane.keys.add(alias)
        name = DEFAULT_NAMES[self.setting.schema]
        self._make(name)
        said = {"Schema": self.setting.schema, **self.said}
        if self.before is not None:
            event = scene.event("Update", said, name, {"Schema": self.setting.schema, **self.before})
        else:
            event = scene.event("Create", said | ({"ExistingTable": "Adopt"} if self.table == "adopted" else {}))
        scene.functions.faults = Faults(*([self.fault] if self.fault else []))
        scene.functions.submit(json.dumps(scene.stack.announce(event)).encode())
        scene.world.run()
        assert [answer.parsed["Status"] for answer in scene.sink.answers] == ["SUCCESS"]
        return self.shown(name)

    def _make(self, name: str) -> None:
        if self.table == "new":
            return
        given = standing(self.setting.schema)
        given.update(self.setting.given)
        owner = {} if self.before is None else self.scene.tags("created", self.setting.schema)
        if self.before is not None and self.table == "adopted":
            owner["sentinel:origin"] = "adopted"
        given["tags"] = {**FOREIGN, **self.setting.given.get("tags", {}), **owner}
        self.scene.plane.given_table(name, **given)
        assert self.shown(name) == self.setting.found

    def shown(self, name: str) -> object:
        truth = self.scene.plane.truth(name)
        assert truth is not None
        if self.setting.name == "tag":
            return truth["Tags"].get("team")
        if self.setting.name == "index":
            return "gsi-device-id" in [index["IndexName"] for index in truth["GlobalSecondaryIndexes"]]
        shown = stands(self.scene, truth)[self.setting.name]
        keys = {found.arn: alias for alias in (KEY, ANOTHER_KEY) if (found := self.scene.plane.keys.find(alias))}
        return keys.get(str(shown), shown)


def cases(setting: Setting) -> Iterator[Case]:
    """Said, unsaid and taken back, on each kind of table; a Create takes nothing back."""
    for table in TABLES:
        unsaid = setting.new if table == "new" else setting.unsaid
        for said, value in setting.said:
            yield Case(setting, table, said, wanted=value)
        yield Case(setting, table, {}, wanted=unsaid)
    for table in ("standing", "adopted"):
        for said, value in setting.said:
            yield Case(setting, table, said, {}, wanted=value)
            yield Case(setting, table, {}, said, wanted=setting.taken_back)
        yield Case(setting, table, {}, {}, wanted=setting.unsaid)


def told(case: Case, found: object) -> str:
    return f"{case.table}, {case.said} after {case.before}, {case.fault}: {found!r} instead of {case.wanted!r}"


def played(setting: Setting) -> list[Case]:
    """The cases of a setting, but for a Create over a table that stands, which is not adopted and so is refused."""
    return [case for case in cases(setting) if not (case.table == "standing" and case.before is None)]


@EACH
def test_a_setting_ends_as_the_table_says(setting: Setting) -> None:
    outcomes = [(case, case.play()) for case in played(setting)]
    assert [told(case, found) for case, found in outcomes if found != case.wanted] == []


@EACH
def test_it_does_so_if_the_process_dies_at_any_call(setting: Setting, pytestconfig: pytest.Config) -> None:
    step, wrong, turn = 1 if pytestconfig.getoption("--sweep-all") else SAMPLE, [], 0
    for case in played(setting):
        case.play()
        for call in range(1, len(case.scene.functions.faults.calls) + 1):
            turn += 1
            if turn % step == 0:
                dying = Case(case.setting, case.table, case.said, case.before, case.wanted, Fault(Kind.KILLED_AFTER, call))
                found = dying.play()
                wrong += [told(dying, found)] if found != case.wanted else []
    assert wrong == []


@EACH
def test_a_replacement_and_its_roll_back_take_nothing_back(setting: Setting) -> None:
    """What the previous template said, it said of another table."""
    case = Case(setting, "standing", {"TableName": "sentinel-another"}, setting.said[0][0])
    assert case.play() == setting.found
    assert case.shown("sentinel-another") == setting.new
