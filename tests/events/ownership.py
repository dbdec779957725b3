"""Tables in every state of ownership, as one stack's resource sees them."""

from tests.aws import Fault, Kind
from tests.worlds import Scene, standing

NAME = "sentinel-requests"
RECORD = {"id": "1", "requester": "ann", "created_at": "2026"}
OTHERS_STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/others/7"
YOUNG, OLD = 60.0, 86_400.0


def tags_of(scene: Scene, state: str) -> dict[str, str]:
    """The tags of a table in that state of ownership, as this stack's resource sees it."""
    states = {
        "own, created": scene.tags("created"),
        "own, adopted": scene.tags("adopted"),
        "own, of unknown origin": scene.tags(""),
        "own, of strange origin": scene.tags("Created"),
        "another stack's": scene.tags(stack_id=OTHERS_STACK),
        "another resource's": scene.tags(logical_id="Others"),
        "adopted by another": scene.tags("adopted", stack_id=OTHERS_STACK),
        "nobody's": {"cost": "7"},
        "untagged": {},
        "half-tagged, no stack": scene.tags(stack_id=""),
        "half-tagged, no resource": scene.tags(logical_id=""),
        "half-tagged, origin alone": {"sentinel:origin": "created"},
        "own, other schema": scene.tags(schema="session"),
        "own, adopted, other schema": scene.tags("adopted", schema="session"),
        "another's, other schema": scene.tags(stack_id=OTHERS_STACK, schema="session"),
        "nobody's, other schema": {"sentinel:schema": "breakglass"},
    }
    return states[state]


def stage(state: str, age: float = YOUNG, **given: object) -> Scene:
    """A stack, and a table with a record in that state of ownership."""
    scene = Scene()
    given = {"tags": tags_of(scene, state), "age": age, "records": [RECORD]} | given
    scene.plane.given_table(NAME, **standing(**given))  # type: ignore[arg-type] # given by name
    return scene


def origin(scene: Scene, name: str = NAME) -> str | None:
    return scene.plane.tables[name].tags.current.get("sentinel:origin")


def owner(scene: Scene, name: str = NAME) -> tuple[str | None, str | None]:
    tags = scene.plane.tables[name].tags.current
    return tags.get("sentinel:stack-id"), tags.get("sentinel:logical-id")


FOREIGN = ["another stack's", "another resource's", "adopted by another"]
NOBODYS = ["nobody's", "untagged", "half-tagged, no stack", "half-tagged, no resource", "half-tagged, origin alone"]
OWN_OTHER_SCHEMA = ["own, other schema", "own, adopted, other schema"]
FAILS = (Fault(Kind.ACCESS_DENIED, 1, "update_continuous_backups"),)
