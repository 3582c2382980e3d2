"""What the values of smsops are made of: classes of named fields that never change. The door to `msgspec`.

A run makes a hundred such classes before it does anything, and tens of thousands of instances after that. A dataclass
takes the standard library half a millisecond, which was a fifth of what a plan cost (docs/decisions/0008).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, dataclass_transform

from msgspec import Struct, StructMeta
from msgspec.structs import asdict

if TYPE_CHECKING:
    from dataclasses import replace  # the same to a type checker, which looks at what is changed here and not there
else:
    from msgspec.structs import replace

__all__ = ["Frozen", "asdict", "field_names", "replace"]


class _Frozen(StructMeta):
    """Makes a class immutable and, unless it says otherwise, keyword-only."""

    def __new__(
        cls,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        frozen: bool = True,
        kw_only: bool = True,
        order: bool = False,
        cached: bool = False,
    ) -> _Frozen:
        return super().__new__(cls, name, bases, body, frozen=frozen, kw_only=kw_only, order=order, dict=cached)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Frozen(Struct, metaclass=_Frozen, frozen=True):
    """A value: its fields are given by name and stay as they are; equal fields make equal values with equal hashes.

    An empty dict as a default is a new one for each value. `replace(value, name=...)` makes a changed copy. A class
    with cached properties says `cached=True`.
    """


def field_names(kind: type[Frozen] | Frozen) -> tuple[str, ...]:
    """The names of its fields, in their order."""
    return kind.__struct_fields__
