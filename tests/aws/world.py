"""Several environments on one virtual clock: one runs at a time, and which one is next is decided, not left to chance.

Each sleep is a switching point, and every client call sleeps. The next to run is the one whose time comes first. The
first environment runs on the caller's own thread; only those that begin while another one sleeps get threads.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .process import Killed, Process

if TYPE_CHECKING:
    from .clock import VirtualClock

MOST_EVENTS = 200_000
Choose = Callable[[int], int]


def follow(choices: Iterable[int]) -> Choose:
    """A `choose` that follows these numbers, and takes the first when they are used up.

    Hypothesis has to draw them before the run: it does not let itself be asked from other threads.
    """
    rest = iter(choices)
    return lambda count: next(rest, 0) % count


class Stuck(RuntimeError):
    """A run that never ends."""


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False, slots=True)
class Environment:
    """A function that runs in the world, and what came of it."""

    name: str
    function: Callable[[], Any]
    process: Process
    began: float | None = None
    ended: float | None = None
    result: Any = None
    error: BaseException | None = None
    on_end: Callable[[Environment], None] | None = None
    baton: threading.Lock = field(default_factory=_taken)

    @property
    def killed(self) -> bool:
        """Whether its process died."""
        return isinstance(self.error, Killed)


@dataclass(slots=True)
class Event:
    """Something that is due: a callback, an environment's beginning, or its waking up."""

    cancelled: bool = False

    callback: Callable[[], None] | None = None
    begins: Environment | None = None
    wakes: Environment | None = None


class World:
    """A scheduler on a virtual clock.

    `choose(n)` picks among n events that are due within `window` seconds of each other; without it the first one goes
    first, and among simultaneous ones the one that was scheduled first.
    """

    def __init__(self, clock: VirtualClock, choose: Choose | None = None, window: float = 0.0) -> None:
        self.clock = clock
        self.environments: list[Environment] = []
        self.current: Environment | None = None
        self._choose = choose
        self._window = window
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._main = _taken()
        self._events = 0
        self._failures: list[BaseException] = []
        clock.sleeper = self._sleep

    def spawn(
        self,
        name: str,
        function: Callable[[], Any],
        after: float = 0.0,
        process: Process | None = None,
        on_end: Callable[[Environment], None] | None = None,
    ) -> Environment:
        """Let a function begin in `after` seconds; `on_end` is told when it has ended, however it did."""
        environment = Environment(name, function, process or Process(), on_end=on_end)
        self.environments.append(environment)
        self._push(self.clock.now() + after, Event(begins=environment))
        return environment

    def at(self, when: float, callback: Callable[[], None]) -> Event:
        """Call back at that moment, unless the event is cancelled by then. A callback does not sleep."""
        event = Event(callback=callback)
        self._push(when, event)
        return event

    def run(self) -> None:
        """Until nothing is left to do. Environments keep what they raised; a callback's error is raised here."""
        while self._due:
            event = self._next()
            if event is None:
                break
            if event.wakes is not None:
                event.wakes.baton.release()
                self._main.acquire()
            else:
                self._perform(event)
        if self._failures:
            raise self._failures[0]

    def _push(self, when: float, event: Event) -> None:
        heapq.heappush(self._due, (when, next(self._order), event))

    def _next(self) -> Event | None:
        """The next event, with the clock moved on to it; None when there is none, or no end of them."""
        self._events += 1
        if self._events > MOST_EVENTS:
            self._failures.append(Stuck(f"{MOST_EVENTS} events and no end, at {self.clock.now()}"))
            return None
        while self._due and self._due[0][2].cancelled:
            heapq.heappop(self._due)
        if not self._due:
            return None
        when, _, event = self._chosen()
        self.clock.advance(when)
        return event

    def _chosen(self) -> tuple[float, int, Event]:
        first = heapq.heappop(self._due)
        if self._choose is None:
            return first
        rivals = [first]
        while self._due and self._due[0][0] <= first[0] + self._window:
            rivals.append(heapq.heappop(self._due))
        pick = rivals.pop(self._pick(len(rivals)))
        for rival in rivals:
            heapq.heappush(self._due, rival)
        return pick

    def _pick(self, count: int) -> int:
        """A `choose` that fails is a failure of the run, not of whoever happened to be awake."""
        if count == 1 or self._choose is None:
            return 0
        try:
            return self._choose(count)
        except BaseException as error:  # noqa: BLE001 - kept, and raised by run
            self._failures.append(error)
            self._choose = None
            return 0

    def _perform(self, event: Event) -> None:
        """A callback, or an environment from beginning to end, on this thread."""
        if event.callback is not None:
            self._call(event.callback)
        elif event.begins is not None:
            self._live(event.begins)

    def _call(self, callback: Callable[[], None]) -> None:
        before, self.current = self.current, None
        try:
            callback()
        except BaseException as error:  # noqa: BLE001 - kept, and raised by run
            self._failures.append(error)
        self.current = before

    def _live(self, environment: Environment) -> None:
        self.current, environment.began = environment, self.clock.now()
        try:
            environment.result = environment.function()
        except BaseException as error:  # noqa: BLE001 - kept with the environment
            environment.error = error
        environment.ended, self.current = self.clock.now(), None
        if environment.on_end is not None:
            on_end = environment.on_end
            self._call(lambda: on_end(environment))

    def _sleep(self, until: float) -> None:
        """The clock's `sleep`, as long as somebody else is awake."""
        me = self.current
        if me is None:
            self.clock.advance(until)
            return
        me.process.check()
        deadline = me.process.deadline
        late = deadline is not None and until > deadline
        self._wait(me, min(until, deadline) if deadline is not None else until)
        if late:
            me.process.kill("out of time")
        me.process.check()

    def _wait(self, me: Environment, until: float) -> None:
        """Run what is due before `until`, or let its thread do so, and come back at `until` or soon after."""
        self._push(until, Event(wakes=me))
        while True:
            event = self._next()
            if event is None:
                raise Stuck(me.name)
            if event.wakes is me:
                break
            if event.wakes is not None:
                event.wakes.baton.release()
                me.baton.acquire()
                break
            if event.begins is not None:
                self._begin_thread(event.begins)
                me.baton.acquire()
                break
            self._perform(event)
        self.current = me

    def _begin_thread(self, environment: Environment) -> None:
        threading.Thread(target=self._thread, args=(environment,), name=environment.name, daemon=True).start()

    def _thread(self, environment: Environment) -> None:
        """Live, then hand the baton on; what begins or calls back meanwhile is done here."""
        self._live(environment)
        while True:
            event = self._next()
            if event is None:
                self._main.release()
                return
            if event.wakes is not None:
                event.wakes.baton.release()
                return
            self._perform(event)
