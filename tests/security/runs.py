"""The real handler at work in the world of the tests, every setting and every kind of event, with each call written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from handler.watch import Watch
from sentinel_tables.aws.tables import DynamoTables
from tests import worlds
from tests.aws import FAST, REAL, ControlPlane, Invocation, KeyService
from tests.aws.tables import Json
from tests.drift import test_watch
from tests.security.iam import Request
from tests.security.needs import Place, needs
from tests.sweep.beginnings import EVERYTHING
from tests.sweep.scenarios import SCENARIOS
from tests.sweep.stage import Stage
from tests.worlds import Scene, standing

SETTINGS: Final[Mapping[str, Any]] = {
    key: value for key, value in EVERYTHING.items() if key not in {"Schema", "DeletionProtectionEnabled"}
}
EXPIRING: Final[Mapping[str, Any]] = {"TimeToLiveSpecification": {"Enabled": "true"}}
"""Said, because silence leaves time to live as it stands."""
BRIEF_INVOCATION_SECONDS: Final = 8.0


@dataclass
class Record:
    """What was asked of AWS: which permissions it took, and which customer managed keys it was about."""

    asked: set[Request] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def watch(self, plane: ControlPlane) -> Callable[[Json, Invocation], None]:
        """The handler, with everything that it calls written down."""
        note = self.noting(plane)
        return lambda event, invocation: worlds.handle(event, _Invocation(invocation, note))  # type: ignore[arg-type]

    def noting(self, plane: ControlPlane) -> "Note":
        """What writes down a call."""
        aliases = {alias: plane.keys.by_id[key_id].arn for alias, key_id in plane.keys.aliases.items()}
        place = Place(plane.state.region, plane.state.account, aliases)
        self.keys |= {key.arn for key in plane.keys.by_id.values() if key.manager == "CUSTOMER"}

        def note(service: str, api: str, arguments: Mapping[str, Any]) -> None:
            self.asked.update(needs(service, api, arguments, place))

        return note


Note = Callable[[str, str, Mapping[str, Any]], None]


class _Invocation:
    """An invocation whose clients are watched."""

    def __init__(self, invocation: Invocation, note: Note) -> None:
        self._invocation = invocation
        self.client = Watched(invocation.client, "dynamodb", note)
        self.kms = Watched(invocation.kms, "kms", note)
        self.cloudformation = Watched(invocation.cloudformation, "cloudformation", note)
        self.functions = Watched(invocation.functions, "lambda", note)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._invocation, name)


class Watched:
    """A client whose calls are noted before they are made: also those that are refused."""

    def __init__(self, client: Any, service: str, note: Note) -> None:
        self._client, self._service, self._note = client, service, note

    @property
    def meta(self) -> Any:
        """Where the client calls."""
        return self._client.meta

    def __getattr__(self, api: str) -> Callable[..., Any]:
        def method(**arguments: Any) -> Any:
            self._note(self._service, api, arguments)
            return getattr(self._client, api)(**arguments)

        return method


def sweep(record: Record) -> None:
    """What the sweep plays, with the faults that are part of it."""
    for scenario in SCENARIOS:
        stage = Stage(REAL if scenario.steady else FAST)
        stage.functions.handle = record.watch(stage.plane)
        scenario.before.play(stage)
        stage.order(*scenario.standing)
        scenario.act(stage)
        stage.world.run()


def every_setting(record: Record, prefix: str = worlds.PREFIX) -> None:
    """Each setting set when the table is made, set later, and taken back; a customer managed key by each of its names."""
    scene = Scene(timeout=BRIEF_INVOCATION_SECONDS)
    key = scene.plane.keys.add("alias/records")
    scene.functions.handle = record.watch(scene.plane)
    name = f"{prefix}everything"
    encrypted = [{"SSESpecification": {"KMSMasterKeyId": one}} for one in (key.arn, key.key_id, "alias/records")]
    before: Json | None = None
    for settings in (SETTINGS, {}, EXPIRING, SETTINGS, *encrypted, {}):
        verb, given = ("Update", name) if before else ("Create", "")
        properties = {"Schema": "approval", "TableName": name, **settings}
        answer = scene.ask(scene.event(verb, properties, given, before))
        assert answer["Status"] == "SUCCESS", answer["Reason"]
        before = properties
        scene.clock.sleep(30 * 86_400)
    assert scene.delete(name)["Status"] == "SUCCESS"


def handed_over(record: Record, prefix: str = worlds.PREFIX) -> None:
    """An adoption whose index outlasts the invocation, and the release of the table."""
    scene = Scene(timeout=BRIEF_INVOCATION_SECONDS)
    scene.functions.handle = record.watch(scene.plane)
    name = f"{prefix}adopted"
    scene.plane.given_table(name)
    answer = scene.create(TableName=name, ExistingTable="Adopt")
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert len(scene.functions.invocations) > 1
    assert scene.delete(name)["Status"] == "SUCCESS"
    assert name in scene.plane.tables


def drift_watch(record: Record) -> None:
    """The drift watch over tables with every setting, with the AWS managed key, and of somebody else."""
    place = test_watch.Place()
    note = record.noting(place.plane)
    place.made(**{key: value for key, value in SETTINGS.items() if key != "TableName"})
    place.plane.given_table("sentinel-plain", **standing(tags=place.tags()))
    place.plane.given_table("sentinel-other")
    clients = (
        ("dynamodb", test_watch.Listing(place.plane)),
        ("kms", KeyService(place.plane)),
        ("cloudwatch", test_watch.Metrics()),
    )
    dynamodb, keys, metrics = (Watched(client, service, note) for service, client in clients)
    watch = Watch(dynamodb, DynamoTables(dynamodb, lambda: keys), metrics, worlds.PREFIX, "sentinel-tables", lambda: 300.0)
    assert sum(watch.run().values()) == 2
