"""An account put together: virtual time, DynamoDB, a function, S3 for its answers, and a stack that uses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .answers import AnswerSink
from .clock import VirtualClock
from .cloudformation import CloudFormation
from .durations import REAL, Durations
from .faults import Fault, Faults
from .lambda_service import Invocation, LambdaService
from .plane import ControlPlane
from .world import World

if TYPE_CHECKING:
    from .rate import Rate
    from .tables import Json


@dataclass(eq=False)
class Account:
    """`handle` is the function's handler; who wants another one overrides it, or sets that of `functions`."""

    durations: Durations = REAL
    seed: int = 0
    faults: tuple[Fault, ...] = ()
    timeout: float = 900.0
    """The function's, in seconds."""
    rate: Rate | None = None
    """How many changes of tables the account may ask for."""
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.world = World(self.clock)
        self.plane = ControlPlane(self.clock, seed=self.seed, durations=self.durations, rate=self.rate)
        self.sink = AnswerSink(self.clock)
        self.wire = Faults(*self.faults)
        self.functions = LambdaService(self.world, self.plane, self.handle, self.sink, self.wire, timeout=self.timeout)
        self.stack = self.another_stack()

    def handle(self, event: Json, invocation: Invocation) -> object:
        """One invocation of the function."""
        raise NotImplementedError

    def another_stack(self, name: str = "records", seed: int = 0) -> CloudFormation:
        """A stack of that name that uses the function."""
        return CloudFormation(self.world, self.functions, self.sink, stack=name, seed=seed)
