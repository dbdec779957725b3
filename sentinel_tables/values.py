"""`Value`, the base of frozen values: dataclasses that take little of a cold start.

`dataclass(frozen=True)` writes and compiles six functions for every class, a third of a millisecond each time. What these
classes do is the same code for all of them, which reads their fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, Never, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value:
    """Makes each subclass a dataclass whose instances compare by their fields, and never change."""

    __match_args__: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[frozenset[str]] = frozenset()
    _compared: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[Mapping[str, Any]] = {}
    _factories: ClassVar[Mapping[str, Callable[[], Any]]] = {}

    def __init_subclass__(cls) -> None:
        found = fields(dataclass(init=False, eq=False, repr=False)(cls))  # type: ignore[arg-type] # it is one by now
        cls._names = frozenset(each.name for each in found)
        cls._compared = tuple(each.name for each in found if each.compare)
        cls._defaults = {each.name: each.default for each in found if each.default is not MISSING}
        cls._factories = {each.name: each.default_factory for each in found if each.default_factory is not MISSING}

    def __init__(self, *items: Any, **named: Any) -> None:
        names, values = self.__match_args__, vars(self)
        values.update(self._defaults)
        values.update(zip(names, items, strict=False))
        values.update(named)
        for name, make in self._factories.items():
            if name not in values:
                values[name] = make()
        if len(items) > len(names) or values.keys() != self._names or not named.keys().isdisjoint(names[: len(items)]):
            raise TypeError(f"{type(self).__name__} takes each of {', '.join(names)} once")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value) or type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={vars(self)[name]!r}' for name in self.__match_args__)})"

    def __setattr__(self, name: str, item: Never) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _key(self) -> tuple[Any, ...]:
        return tuple(map(vars(self).__getitem__, self._compared))
