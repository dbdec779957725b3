"""What the provider takes for a contradiction between an event and what CloudFormation says. Pure.

It is written here once more, and not imported, so that the probe measures what the pages promise, whatever the code does.
"""

from fnmatch import fnmatchcase

from probe.records import Said

OVER_SECONDS = 30.0
"""How much younger than the event's date the resource's timestamp has to be, for the event to be over."""

NEVER = {
    "Create": ("CREATE_COMPLETE", "CREATE_FAILED", "UPDATE_*", "IMPORT_*", "DELETE_*"),
    "Update": ("CREATE_*", "*_COMPLETE", "DELETE_*"),
    "Delete": ("DELETE_COMPLETE", "DELETE_SKIPPED"),
}
ALIVE = ("CREATE_IN_PROGRESS", "UPDATE_*", "CREATE_COMPLETE", "IMPORT_*")
REMOVING = ("DELETE_IN_PROGRESS", "*_CLEANUP_IN_PROGRESS")


def contradicts(verb: str, physical_id: str, resource: Said, stack: Said) -> bool:
    """True if the resource's status, beside the stack's, says that CloudFormation is at work on nothing like this event.

    An error other than "does not exist" contradicts nothing, and neither does a status that is not listed.
    """
    if _unknown(resource) or _unknown(stack):
        return False
    at_work = stack.status.endswith("_IN_PROGRESS")
    if verb == "Delete" and (resource.is_absent or resource.physical_id != physical_id):
        return not at_work
    if resource.is_absent or _is(resource.status, NEVER[verb]):
        return True
    if verb == "Update":
        return resource.status == "UPDATE_FAILED" and not at_work
    if verb == "Delete" and _is(resource.status, ALIVE):
        return not _is(stack.status, REMOVING)
    return verb == "Delete" and resource.status in {"CREATE_FAILED", "DELETE_FAILED"} and not at_work


def is_over(sent_at: float | None, resource: Said) -> bool:
    """True if CloudFormation has gone on with the resource since it sent the event."""
    if sent_at is None or resource.changed_at is None:
        return False
    return resource.changed_at - sent_at > OVER_SECONDS


def _unknown(said: Said) -> bool:
    return bool(said.error) and not said.is_absent


def _is(status: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(status, pattern) for pattern in patterns)
