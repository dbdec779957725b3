"""What makes resources that a template's text does not have: modules, macros and includes; and nested stacks. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from sentinel_tables_cli.template import Template, holds_of
from sentinel_tables_cli.values import Path, Scope

MODULE = "::MODULE"
NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
OF_AWS, INCLUDE = "AWS::", "AWS::Include"
ONLY_THERE = "only CloudFormation expands it, and what tables it makes is not known."
BY_ITSELF = "it is a nested stack, and is not looked into. Give its template by itself, with the nested stack's name."


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes resources, and how their logical ids begin."""

    name: str
    note: str
    path: Path
    begins: str | None = ""
    """None where they are another stack's."""

    def may_make(self, logical_id: str) -> bool:
        """Whether a resource of that logical id may be of its making."""
        return self.begins is not None and logical_id.startswith(self.begins)


def makers(template: Template, scope: Scope) -> Iterator[Maker]:
    """All of them that may be deployed. AWS's own transforms, but for the include, make no table of ours."""
    transforms = template.document.get("Transform", [])
    for one in transforms if isinstance(transforms, list) else [transforms]:
        name = str(one.get("Name", "") if isinstance(one, dict) else one)
        if not name.startswith(OF_AWS) or name == INCLUDE:
            yield Maker(f"Transform {name}", ONLY_THERE, ("Transform",))
    if "Fn::Transform" in template.document:
        yield Maker("Fn::Transform", ONLY_THERE, ("Fn::Transform",))
    for entry in template.entries(scope):
        if holds_of(entry, scope) is False:
            continue
        if entry.type.endswith(MODULE):
            yield Maker(entry.name, f"it is a module: {ONLY_THERE}", entry.path, begins=entry.name)
        elif entry.type in NESTED:
            yield Maker(entry.name, BY_ITSELF, entry.path, begins=None)
