"""`Value`, the base of frozen values: dataclasses that take little of a cold start.

`dataclass(frozen=True)` writes and compiles six functions for every class, a third of a millisecond each time. What these
classes do is the same code for all of them, which reads their fields.
"""

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, Never, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value:
    """Makes each subclass a dataclass whose instances compare by their fields, and never change."""

    _fields: ClassVar[tuple[Field[Any], ...]] = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        made = dataclass(init=False, eq=False, repr=False)(cls)
        cls._fields = fields(made)  # type: ignore[arg-type] # mypy sees no dataclass in it yet

    def __init__(self, *items: Any, **named: Any) -> None:
        given = dict(zip(self.__match_args__, items, strict=False)) | named
        if len(given) < len(items) + len(named):
            raise TypeError(f"{type(self).__name__} was given too many fields, or one of them twice")
        for each in self._fields:
            vars(self)[each.name] = given.pop(each.name) if each.name in given else _default(each)
        if given:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(given)}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value) or type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={item!r}' for name, item in vars(self).items())})"

    def __setattr__(self, name: str, item: Never) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _key(self) -> tuple[object, ...]:
        return tuple(getattr(self, each.name) for each in self._fields if each.compare)


def _default(missing: Field[Any]) -> Any:
    if missing.default_factory is not MISSING:
        return missing.default_factory()
    if missing.default is MISSING:
        raise TypeError(f"the field {missing.name} was not given")
    return missing.default
