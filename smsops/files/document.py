"""A file that was read: its plain value, and the place of every key and value, for findings that point."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from smsops.diagnostics import Finding, Location, Severity

Path = tuple[str | int, ...]
"""Where in the value: keys and list positions from 0, such as `("phone_numbers", 0, "flow")`."""

_SHOWN = 2_000
"""Characters of a source line that an excerpt holds at most."""
_PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z/](?:[\w ./*-]|:(?=/))*", re.IGNORECASE)
"""Text that needs no quotes in YAML, also where it is read by other programs."""
_QUOTED = 60
"""Characters of a value that a message quotes at most."""


class Place(NamedTuple):
    """Line and column from 1, in characters, and how many characters a caret underlines."""

    line: int
    column: int
    width: int = 1


START = Place(1, 1)


class Kind(StrEnum):
    """What a span of a file is."""

    DOCUMENT = "document"
    """The line `---`; of no length when there is none."""
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    SCALAR = "scalar"
    END = "end"
    """Of the mapping or list that is open."""


class Span(NamedTuple):
    """Something in a file, from one character to another; what a mapping or a list holds follows it, up to its END."""

    kind: Kind
    start: int
    end: int
    style: str = ""
    """Of a scalar: one of its quotes, | or >, or nothing; of a mapping or a list: { when it stands in brackets."""
    value: str = ""


class Marks(NamedTuple):
    """Where each key and each value of a file stands."""

    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]


def _nowhere() -> Marks:
    return Marks({}, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML file. `value` is None when the file could not be read as one document."""

    path: str
    """Relative to the project, with forward slashes."""
    text: str = ""
    value: object = None
    marks: Callable[[], Marks] = field(default=_nowhere, compare=False)
    """Gives the places, which may take as long as it took to read the file."""

    @property
    def keys(self) -> Mapping[Path, Place]:
        return self.marks().keys

    @property
    def values(self) -> Mapping[Path, Place]:
        return self.marks().values

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Of a value, or of its key; where there is none, of what contains it."""
        keys, values = self.marks()
        first, second = (keys, values) if key else (values, keys)
        while True:
            found = first.get(path) or second.get(path)
            if found is not None:
                return found
            if not path:
                return START
            path = path[:-1]

    def finding(
        self,
        code: str,
        message: str,
        where: Path | Place,
        *,
        key: bool = False,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """A finding at a path of the value, or at a place; the excerpt is free of secrets."""
        from smsops.files.redact import sounds_secret  # only here and below: most files have no finding

        place = where if isinstance(where, Place) else self.place(where, key=key)
        hidden = not isinstance(where, Place) and any(sounds_secret(part) for part in where) and not key
        return Finding(
            code=code,
            message=message,
            location=Location(path=self.path, line=place.line, column=place.column),
            severity=severity,
            hint=hint,
            excerpt=self._excerpt(place, hidden=hidden),
            width=place.width,
        )

    def _excerpt(self, place: Place, *, hidden: bool) -> str | None:
        from smsops.files.redact import redact_line

        lines = source_lines(self.text)
        if not self.text or not 0 < place.line <= len(lines) or place.column > _SHOWN:
            return None
        nearby = [line[: 2 * _SHOWN] for line in lines[max(0, place.line - 51) : place.line]]
        shown = redact_line(nearby, len(nearby) - 1)
        if hidden and "{" not in shown[place.column - 1 :]:
            shown = shown[: place.column - 1] + "*" * len(shown[place.column - 1 :])
        return shown[:_SHOWN]


@lru_cache(maxsize=4)
def source_lines(text: str) -> Sequence[str]:
    """The lines of a file as an editor numbers them; one file's findings come together, so few are kept."""
    return re.split(r"\r\n|\r|\n", text)


def described(value: object) -> str:
    """A value in words for a message: quoted and free of secrets when it is text, else its kind."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case int() | float():
            return f"the number {value}" if abs(value) < 10**20 else "a number of more than 20 digits"
        case list():
            return "a list"
        case _:
            return "a mapping"


def quoted(text: str) -> str:
    """A text of a file inside a message: one line, short, free of secrets."""
    from smsops.files.redact import redact

    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: 4 * _QUOTED])
    shown = redact(line)
    return f"'{shown[:_QUOTED]}...'" if len(shown) > _QUOTED else f"'{shown}'"


def written(value: object) -> str:
    """A value of an example as a line of YAML holds it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case str() if _PLAIN.fullmatch(value):
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def plain_path(path: Path) -> str:
    """A path as people write it: `phone_numbers[0].flow`."""
    from smsops.files.redact import redact

    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{redact(part)}" if text else redact(part)
    return text
