"""The marks: what each figure is to be at most, and, where one misses, what stands in the way."""

from dataclasses import dataclass
from statistics import median

from bench.cold import BARE, COMPILED, SOURCES, STOCK, ColdStarts
from bench.crowd import Crowd
from bench.frugality import Finished, Operated
from bench.noticing import PROVIDER, Noticed, Noticing
from bench.repair import Repaired

ZIP_BYTES = 250 * 1024
ZIP_WHY = "It grows with the sources, and twice over: they go into it as they are, and once more as bytecode."
MOST_COMPILED, MOST_FROM_SOURCES = 1.0, 1.12
"""Times a bare handler."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure, in its unit, and what it is to be at most; `below` where it is to be less than that."""

    what: str
    found: float
    most: float
    unit: str
    why: str = ""
    """What stands in the way, should it miss."""
    below: bool = False

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.found < self.most if self.below else self.found <= self.most

    @property
    def missed_by(self) -> str:
        """By how much it is not."""
        return f"{self.found - self.most:.2f} {self.unit}".rstrip()


def cold_marks(cold: ColdStarts) -> list[Mark]:
    """The cold start, and the artifact's size."""
    own, bytecode, bare = (1000 * min(start.cpu for start in cold.starts[name]) for name in (SOURCES, COMPILED, BARE))
    why = (
        f"In the least disturbed turns a bare handler takes {bare:.0f} ms of CPU, the provider {bytecode:.0f} ms with "
        f"bytecode and {own:.0f} ms with its sources to compile. It saves what botocore takes to look into every service's "
        "folder, and the garbage collections among boto3's models; running its own modules and crhelper's costs the rest."
    )
    to_the_call = "cold start to the first AWS call"
    against_bare = [
        Mark(f"{to_the_call}, {name}, against a bare handler: {what}", median(ratios), most, "times", why)
        for name, most in ((COMPILED, MOST_COMPILED), (SOURCES, MOST_FROM_SOURCES))
        for what, ratios in (("by the clock", cold.ratios(name)), ("of CPU", cold.cpu_ratios(name)))
    ]
    stock = median(cold.ratios(SOURCES, STOCK))
    return [
        *against_bare,
        Mark(f"{to_the_call}, {SOURCES}, against stock crhelper: by the clock", stock, 1.10, "times", why),
        Mark("the artifact's zip, with bytecode", cold.zipped_with_bytecode / 1024, ZIP_BYTES / 1024, "KB", ZIP_WHY),
    ]


def noticing_marks(noticing: Noticing) -> list[Mark]:
    """How soon the next call, or the answer, follows what the service has done."""
    found: list[Mark] = []
    why = "The pause before the look that tells grows with the wait, so that a long one is not asked after every second."
    for what, waits in (("create", noticing.creates[PROVIDER]), ("delete", noticing.deletes[PROVIDER])):
        lags = [wait.acted for wait in waits]
        end = "the next write" if what == "create" else "the answer"
        found += [
            Mark(f"{what} of 2 to 60 s: from ready to {end}, median", median(lags), 0.5, "s", why, below=True),
            Mark(f"{what} of 2 to 60 s: from ready to {end}, worst", max(lags), 1.0, "s", why, below=True),
        ]
    return found


def finished_marks(finished: list[Finished], at_once: list[Finished]) -> list[Mark]:
    """What the provider takes itself, once a new table is ACTIVE."""
    what = "create, from ACTIVE to the answer"
    why = "The pause before the look that shows it, and the calls that follow, each in its own 20 ms."
    own, bare = [run.own for run in finished], [run.seconds for run in at_once]
    return [
        Mark(f"{what}, beyond the service's own time: median", median(own), 0.6, "s", why),
        Mark(f"{what}, beyond the service's own time: worst", max(own), 1.0, "s", why),
        Mark(f"{what}, if settings take no time: median", median(bare), 0.55, "s", why),
        Mark(f"{what}, if settings take no time: worst", max(bare), 0.9, "s", why),
        Mark("calls of a create, with waiting, most", max(run.calls for run in finished), 45, "calls", why),
    ]


def frugality_marks(operations: list[Operated]) -> list[Mark]:
    """The calls of an update that changes nothing."""
    (unchanged,) = (operation for operation in operations if "nothing" in operation.name)
    return [
        Mark("calls of an update that changes nothing", unchanged.total, 6, "calls"),
        Mark("writes of an update that changes nothing", unchanged.writes, 0, "writes"),
    ]


def repair_marks(repairs: list[Repaired]) -> list[Mark]:
    """What waiting adds to DynamoDB's own time, and how often is looked meanwhile, at worst."""
    worst, often = max(repair.beyond for repair in repairs), max(repair.calls_a_minute for repair in repairs)
    handed_over = max(repair.calls_a_minute for repair in repairs if repair.invocations > 1)
    return [
        Mark("repair of indexes: beyond DynamoDB's own time for each, worst", worst, 2, "s"),
        Mark("repair of indexes: calls a minute, most", often, 60, "calls"),
        Mark("the same, of those that were handed over", handed_over, 60, "calls"),
    ]


def crowd_marks(crowds: list[Crowd]) -> list[Mark]:
    """All succeed, in little more than the best possible, with few calls. Each figure is the worst of all seeds."""
    why = "The rest ran out of CloudFormation's hour in the account's throttling."
    slow = "Pauses grow with what has been waited, so that the last ones let some of the rate go unused."
    found: list[Mark] = []
    for size in sorted({crowd.tables for crowd in crowds}):
        alike = [crowd for crowd in crowds if crowd.tables == size]
        at_once = f"{size:,} table{'s'[: size > 1]} at once"
        found += [
            Mark(f"{at_once}: failed", max(one.tables - one.succeeded for one in alike), 0, "tables", why),
            Mark(f"{at_once}: of the best possible", max(one.times for one in alike), 1.15, "times", slow),
            Mark(f"{at_once}: calls for a table", max(one.calls / one.tables for one in alike), 130, "calls", slow),
        ]
    return found


def spread(values: list[float]) -> tuple[float, float]:
    """The quartiles, within which the middle half lies."""
    ordered = sorted(values)
    return ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]


def lags(waits: list[Noticed]) -> list[float]:
    """The seconds from ready to what follows."""
    return [wait.acted for wait in waits]
