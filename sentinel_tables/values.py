"""`Value`, the base of frozen values: dataclasses that take little of a cold start.

`dataclass(frozen=True)` writes and compiles six functions for every class, a third of a millisecond each time. Here it is
`__init__` alone; what compares, hashes, prints and refuses is the same code for all.
"""

from dataclasses import FrozenInstanceError, dataclass, field, fields
from typing import ClassVar, Never, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value:
    """Makes each subclass a dataclass whose instances compare by their fields, and never change."""

    __match_args__: ClassVar[tuple[str, ...]] = ()
    _compared: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        dataclass(eq=False, repr=False)(cls)
        cls._compared = tuple(each.name for each in fields(cls) if each.compare)  # type: ignore[arg-type] # it is one now

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value) or type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={item!r}' for name, item in vars(self).items())})"

    def __setattr__(self, name: str, item: Never) -> None:
        """Sets each field once, as `__init__` does. To mypy nothing else may: no value is a `Never`."""
        if name not in self.__match_args__ or name in vars(self):
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        vars(self)[name] = item

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _key(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self._compared)
