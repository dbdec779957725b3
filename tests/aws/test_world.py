"""The scheduler: environments side by side on one clock, each run the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.aws import Client, ControlPlane, Killed, Process, VirtualClock, World, follow

if TYPE_CHECKING:
    from collections.abc import Callable


Json = dict[str, Any]
NAME = "records"
NEW: Json = {
    "TableName": NAME,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def walker(clock: VirtualClock, log: list[tuple[str, float]], name: str, *pauses: float) -> Callable[[], str]:
    def walk() -> str:
        for pause in pauses:
            clock.sleep(pause)
            log.append((name, clock.now() - began))
        return name

    began = clock.now()
    return walk


def test_environments_take_turns_in_the_order_of_time() -> None:
    clock = VirtualClock()
    world, log = World(clock), list[tuple[str, float]]()
    world.spawn("a", walker(clock, log, "a", 1, 3, 1))
    world.spawn("b", walker(clock, log, "b", 1, 1), after=1)
    world.spawn("c", walker(clock, log, "c", 10), after=0.5)
    world.run()
    assert log == [("a", 1), ("b", 2), ("b", 3), ("a", 4), ("a", 5), ("c", 10.5)]
    assert [environment.result for environment in world.environments] == ["a", "b", "c"]


def test_simultaneous_environments_take_turns_as_they_were_scheduled_or_as_chosen() -> None:
    orders = []
    for choose in (None, lambda count: count // 2):
        clock = VirtualClock()
        world, log = World(clock, choose), list[tuple[str, float]]()
        for name in "abc":
            world.spawn(name, walker(clock, log, name, 1))
        world.run()
        orders.append([name for name, _ in log])
    assert orders[0] == ["a", "b", "c"]
    assert orders[1] != orders[0]


@given(st.lists(st.integers(0, 5), max_size=60), st.floats(0, 2))
@settings(max_examples=50, deadline=None)
def test_whatever_is_chosen_everybody_ends_and_time_never_runs_back(choices: list[int], window: float) -> None:
    clock = VirtualClock()
    world = World(clock, follow(choices), window)
    log: list[tuple[str, float]] = []
    for name in "abc":
        world.spawn(name, walker(clock, log, name, 1, 0, 1, 1))
    world.run()
    assert sorted(name for name, _ in log) == sorted("abc" * 4)
    assert [moment for _, moment in log] == sorted(moment for _, moment in log)


def test_what_an_environment_raises_stays_with_it() -> None:
    clock = VirtualClock()
    world = World(clock)

    def fail() -> None:
        clock.sleep(1)
        raise ValueError("broken")

    failing, log = world.spawn("a", fail), list[tuple[str, float]]()
    world.spawn("b", walker(clock, log, "b", 2))
    world.run()
    assert isinstance(failing.error, ValueError)
    assert log == [("b", 2)]


def test_what_a_callback_raises_is_raised_by_run() -> None:
    world = World(VirtualClock())

    def fail() -> None:
        raise ValueError("broken")

    world.at(world.clock.now() + 1, fail)
    with pytest.raises(ValueError, match="broken"):
        world.run()


def test_a_choice_that_fails_is_raised_by_run() -> None:
    clock = VirtualClock()
    world, log = World(clock, lambda count: count // 0), list[tuple[str, float]]()
    for name in "ab":
        world.spawn(name, walker(clock, log, name, 1))
    with pytest.raises(ZeroDivisionError):
        world.run()
    assert len(log) == 2


def test_a_cancelled_callback_does_not_even_take_its_time() -> None:
    world = World(VirtualClock())
    began = world.clock.now()
    world.at(began + 100, lambda: None).cancelled = True
    world.run()
    assert world.clock.now() == began


def test_two_environments_on_one_table_see_each_other_and_each_run_is_the_same() -> None:
    def run() -> list[tuple[str, float, str]]:
        clock = VirtualClock()
        world, plane = World(clock), ControlPlane(clock)
        log: list[tuple[str, float, str]] = []

        def create(name: str) -> None:
            client = Client(plane, environment=name)
            try:
                client.create_table(**NEW)
                log.append((name, clock.now(), "made it"))
            except ClientError as error:
                log.append((name, clock.now(), error.response["Error"]["Code"]))

        for name in "ab":
            world.spawn(name, lambda name=name: create(name))  # type: ignore[misc]
        world.run()
        assert [change.environment for change in plane.changes] == ["a"]
        return log

    assert run() == run()
    assert {outcome for _, _, outcome in run()} == {"made it", "ResourceInUseException"}


def test_a_process_dies_at_its_deadline_in_the_middle_of_a_sleep() -> None:
    clock = VirtualClock()
    world, log = World(clock), list[str]()

    def work() -> None:
        try:
            clock.sleep(100)
        finally:
            with pytest.raises(Killed):
                clock.sleep(1)
            log.append("it still tried")

    environment = world.spawn("a", work, process=Process(deadline=clock.now() + 10))
    world.run()
    assert (environment.killed, environment.ended, log) == (True, clock.now(), ["it still tried"])
