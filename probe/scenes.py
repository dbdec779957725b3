"""What the probe plays: stacks with a watched custom resource, step by step. Values only; `driver` plays them."""

from dataclasses import dataclass, field
from typing import Any

Template = dict[str, Any]
SERVICE_TIMEOUT_SECONDS = 660
"""More than any event of the probe takes. Without an answer CloudFormation gives up then, and not after an hour."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call to CloudFormation: create, update, roll_back or delete. Templates are for the first two."""

    name: str
    call: str
    template: Template = field(default_factory=dict)
    child: Template = field(default_factory=dict)
    """The nested stack's template, which has to be uploaded first."""
    preserve: bool = False
    """What succeeded is kept if something fails: no roll-back."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A stack of its own, and what happens to it."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run is played: the function, the name of the run, and how many seconds an ordinary event is at work."""

    service_token: str
    run: str
    seconds: int

    def resource(self, times: float = 1, *, after: str = "", **properties: str) -> Template:
        """A resource whose Create or Update takes `times` the ordinary seconds. `after` is what it depends on."""
        given = {
            "ServiceToken": self.service_token, "ServiceTimeout": SERVICE_TIMEOUT_SECONDS, "Run": self.run,
            "Name": "first", "Setting": "a", "Seconds": round(self.seconds * times), "DeleteSeconds": self.seconds,
            "After": self.seconds // 2, "Answer": "SUCCESS", "DeleteAnswer": "SUCCESS", **properties,
        }  # fmt: skip
        made = {"Type": "Custom::SentinelProbe", "Properties": given}
        return made | ({"DependsOn": after} if after else {})

    def beside(self, times: float = 0.25, *, after: str = "", **properties: str) -> Template:
        """The resource that plays the foil: short, and with a Delete that takes no time."""
        return self.resource(times, after=after, **{"Name": "beside", "DeleteSeconds": "0", "After": "0", **properties})


def stack(**resources: Template) -> Template:
    """A template of these resources."""
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def scenes(stage: Stage) -> tuple[Scene, ...]:
    """Every scene. They have nothing to do with each other and may be played side by side."""
    return (life(stage), clean_up_refused(stage), cancelled_create(stage), cancelled_update(stage), failed_create(stage),
            preserved_create(stage), preserved_update(stage), nested(stage))  # fmt: skip


DELETE = Step("delete", "delete")


def life(stage: Stage) -> Scene:
    """From create to delete, with roll-backs that come after the watched resource is ready."""
    watched, beside = stage.resource, stage.beside
    fails = beside(after="Watched", Setting="b", Answer="FAILED")
    quiet = beside(after="Watched")
    return Scene("life", (
        Step("create", "create", stack(Watched=watched(), Beside=quiet)),
        Step("update", "update", stack(Watched=watched(Setting="b"), Beside=quiet)),
        Step("replacement", "update", stack(Watched=watched(Setting="b", Name="second"), Beside=quiet)),
        Step("update rolled back", "update", stack(Watched=watched(Setting="c", Name="second"), Beside=fails)),
        Step("replacement rolled back", "update", stack(Watched=watched(Setting="c", Name="third"), Beside=fails)),
        Step("own failure", "update", stack(Watched=watched(Setting="d", Name="second", Answer="FAILED"), Beside=quiet)),
        Step("removal", "update", stack(Beside=beside())),
        Step("put back", "update", stack(Watched=watched(Name="fourth"), Beside=beside())),
        DELETE,
    ))  # fmt: skip


def clean_up_refused(stage: Stage) -> Scene:
    """A replacement whose old resource refuses to go."""
    short, beside = 0.25, stage.beside()
    old = stage.resource(short, DeleteAnswer="FAILED", DeleteSeconds="4")
    return Scene("clean-up refused", (
        Step("create", "create", stack(Watched=old, Beside=beside)),
        Step("replacement", "update", stack(Watched=stage.resource(short, Name="second"), Beside=beside)),
        DELETE,
    ))  # fmt: skip


def cancelled_create(stage: Stage) -> Scene:
    """Another resource fails while the watched one is being created."""
    fails = stage.beside(1, Answer="FAILED")
    return Scene("cancelled create", (
        Step("create", "create", stack(Watched=stage.resource(3), Beside=fails)),
        DELETE,
    ))  # fmt: skip


def cancelled_update(stage: Stage) -> Scene:
    """Another resource fails while the watched one is being updated."""
    fails = stage.beside(1, Answer="FAILED", Setting="b")
    return Scene("cancelled update", (
        Step("create", "create", stack(Watched=stage.resource(0.25), Beside=stage.beside())),
        Step("update", "update", stack(Watched=stage.resource(3, Setting="b"), Beside=fails)),
        DELETE,
    ))  # fmt: skip


def failed_create(stage: Stage) -> Scene:
    """The watched resource answers that its Create failed."""
    return Scene("failed create", (
        Step("create", "create", stack(Watched=stage.resource(Answer="FAILED"))),
        DELETE,
    ))  # fmt: skip


def preserved_create(stage: Stage) -> Scene:
    """A failed Create that is kept, and then made anew by the next update."""
    watched, beside = stage.resource, stage.beside()
    return Scene("preserved create", (
        Step("create", "create", stack(Watched=watched(Answer="FAILED"), Beside=beside), preserve=True),
        Step("retry", "update", stack(Watched=watched(Name="second"), Beside=beside), preserve=True),
        DELETE,
    ))  # fmt: skip


def preserved_update(stage: Stage) -> Scene:
    """A failed Update that is kept: retried, then failed again and rolled back by hand."""
    watched, beside = stage.resource, stage.beside()
    fails = stack(Watched=watched(Setting="b", Answer="FAILED"), Beside=beside)
    again = stack(Watched=watched(Setting="d", Answer="FAILED"), Beside=beside)
    return Scene("preserved update", (
        Step("create", "create", stack(Watched=watched(0.25), Beside=beside)),
        Step("update", "update", fails, preserve=True),
        Step("retry", "update", stack(Watched=watched(Setting="c"), Beside=beside), preserve=True),
        Step("failed again", "update", again, preserve=True),
        Step("roll-back", "roll_back"),
        DELETE,
    ))  # fmt: skip


def nested(stage: Stage) -> Scene:
    """The watched resource in a nested stack."""
    watched, child, fails = stage.resource, _child("1"), stage.beside(after="Child", Answer="FAILED", Setting="b")
    return Scene("nested", (
        Step("create", "create", stack(Child=child, Beside=stage.beside(after="Child")), stack(Watched=watched(0.25))),
        Step("replacement", "update", stack(Child=child, Beside=stage.beside(after="Child")),
             stack(Watched=watched(Name="second"))),
        Step("update rolled back", "update", stack(Child=child, Beside=fails),
             stack(Watched=watched(Name="second", Setting="b"))),
        DELETE,
    ))  # fmt: skip


def _child(url: str) -> Template:
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}


def with_child(template: Template, url: str) -> Template:
    """The template with the address of its nested stack's template, if it has one."""
    resources: dict[str, Template] = template["Resources"]
    if "Child" not in resources:
        return template
    return {**template, "Resources": {**resources, "Child": _child(url)}}
