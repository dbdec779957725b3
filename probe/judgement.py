"""Whether each thing that the provider takes for granted held in what was written down. Pure.

An assumption yields a case for each time that it could be seen, with the evidence. It held if there was a case and all of
them are good; without any case it was not seen.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from probe import during, over, whole
from probe.during import Case
from probe.records import Records
from probe.timeline import Timeline

LONGEST_EVIDENCE = 600
MOST_SHOWN = 3


class Outcome(Enum):
    """What came of an assumption."""

    HELD = "held"
    BROKEN = "did not hold"
    UNSEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A sentence about CloudFormation, and how its cases are found."""

    claim: str
    cases: Callable[[Timeline], Iterable[Case]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an assumption, and why."""

    claim: str
    outcome: Outcome
    evidence: str


ASSUMPTIONS = (
    Assumption("DescribeStackResource answers from inside an event, for that very resource.", during.answered_inside),
    Assumption("The role may ask both with arn:...:stack/* as resource.", whole.permitted),
    Assumption("Neither call is throttled with four stacks at work.", whole.unthrottled),
    Assumption("During a Create it says CREATE_IN_PROGRESS with an empty physical id.", during.create_without_id),
    Assumption("The physical id shows once a Create is answered.", during.id_after_answer),
    Assumption("During an Update it says UPDATE_IN_PROGRESS with the old id.", during.update_with_old_id),
    Assumption("A replacement is UPDATE_IN_PROGRESS (old id, then new id), then UPDATE_COMPLETE (new id).", whole.replaced),
    Assumption("A replaced id gets its Delete in UPDATE_COMPLETE_CLEANUP_IN_PROGRESS.", during.cleaned_up),
    Assumption("A resource that left the template is deleted in UPDATE_COMPLETE_CLEANUP_IN_PROGRESS.", during.removed),
    Assumption("A stack's Deletes, when it is deleted, come in DELETE_IN_PROGRESS (R4).", during.deleted),
    Assumption("While a replaced id is cleaned up, the resource has the id in use (R1).", during.clean_up_names_other),
    Assumption("A roll-back's Updates come in UPDATE_ROLLBACK_IN_PROGRESS.", during.taken_back),
    Assumption("A roll-back's Deletes come in UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS.", during.undone),
    Assumption("LastUpdatedTime of the stack does not move when a roll-back begins.", whole.began_stays),
    Assumption("LastUpdatedTime, else CreationTime, is the operation's beginning (R4, R5).", during.began_known),
    Assumption("A failed Update gets a second Update with the properties swapped.", over.swapped),
    Assumption("A cancelled Update runs on beside the one that takes it back.", over.update_runs_on),
    Assumption("A cancelled Update is contradicted while it runs on (R2, R3).", over.update_known),
    Assumption('A cancelled Create is CREATE_FAILED, "Resource creation cancelled".', over.create_cancelled),
    Assumption("A cancelled Create gets a Delete with an id made up by CloudFormation, while it runs on.", over.invented_id),
    Assumption("A cancelled Create is contradicted while it runs on (R2, R3).", over.create_known),
    Assumption("The Delete after a failed Create has the id of the failed answer.", whole.failed_id),
    Assumption("A clean-up Delete that fails is tried three times; then the stack is complete.", whole.three_tries),
    Assumption("If failures are preserved, R2 believes the Update that takes one back.", during.preserved_back),
    Assumption("If failures are preserved, the next operation deletes what has no earlier state.", whole.deleted_by_next),
    Assumption("After its Delete, DescribeStackResource says that the resource does not exist.", whole.gone),
    Assumption("A deleted stack answers by its id, and not by its name.", whole.deleted_answers),
    Assumption("RequestId is the same again when an operation is repeated.", whole.request_id_reused),
    Assumption("A ResponseURL is signed by SigV4, with X-Amz-Date, for 7,200 s.", whole.signed),
    Assumption("DescribeStackResource is less than 60 s behind.", whole.resource_lag),
    Assumption("DescribeStacks is less than 60 s behind.", whole.stack_lag),
    Assumption("No genuine event is contradicted by the statuses for 60 s, or to its end (R2).", during.believed),
    Assumption("During a genuine event the resource is not over 30 s younger than the event (R3).", during.not_over),
    Assumption("In a nested stack, clean-up and roll-back have the same statuses.", during.nested_alike),
)  # fmt: skip


def judge(records: Records) -> list[Verdict]:
    """What came of every assumption."""
    timeline = Timeline(records)
    return [verdict(one.claim, one.cases(timeline)) for one in ASSUMPTIONS]


def verdict(claim: str, cases: Iterable[Case]) -> Verdict:
    """Held if every case is good, and there is one. The evidence is the first few bad cases, else the first few."""
    seen = list(cases)
    if not seen:
        return Verdict(claim, Outcome.UNSEEN, "")
    bad = [case for case in seen if not case.good]
    shown = "; ".join(list(dict.fromkeys(case.evidence for case in bad or seen))[:MOST_SHOWN])
    count = f"{len(seen) - len(bad)} of {len(seen)}: " if len(seen) > 1 else ""
    return Verdict(claim, Outcome.BROKEN if bad else Outcome.HELD, f"{count}{shown}"[:LONGEST_EVIDENCE])
