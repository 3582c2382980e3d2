"""The one door between untrusted text and a terminal, and the colours that repeat what the words say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

_COMMAND = re.compile(r"\A *:(?=:)|(?<=#)#(?=[A-Za-z]*\[)")
"""What a CI system that reads the log takes for the start of a command, up to the character that is escaped."""


def clean(text: object) -> str:
    """One line of text in which nothing can drive a terminal, change the reading order, or command a CI system.

    Everything that files, the provider or git gave passes through here before it is printed: control characters,
    escape sequences, bidirectional overrides, line breaks and lone surrogates are written as escapes.

    So is what starts a command. GitHub's runner obeys a line that begins, after blanks, with `::name::`, and one that
    has `##[name]` anywhere (actions/runner, ActionCommand.cs); Azure Pipelines reads `##vso[name]`, and TeamCity
    `##teamcity[name]`. A first `::` becomes `\\x3a:`, and `##name[` becomes `#\\x23name[`. This happens everywhere, not
    only in CI: what was printed here may be printed again there.
    """
    raw = str(text)
    if raw.isprintable() and "##" not in raw and "::" not in raw:
        return raw
    return "".join(cleaned_characters(raw))


def cleaned_characters(raw: str) -> list[str]:
    """What `clean` writes for each character of a text: what stands at a place depends on what is around it."""
    written = [char if char.isprintable() else _escaped(char) for char in raw]
    for match in _COMMAND.finditer(raw):
        at = match.end() - 1
        written[at] = f"\\x{ord(raw[at]):x}"
    return written


def clean_lines(text: str) -> str:
    """The same for text of several lines, whose line breaks are ours."""
    return "\n".join(clean(line) for line in text.split("\n"))


@lru_cache(maxsize=256)
def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def width(text: str) -> int:
    """Columns that cleaned text takes on a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


class Paint(StrEnum):
    """ANSI colours by what they stand for."""

    ADD = "32"
    CHANGE = "33"
    REMOVE = "31"
    MOVE = "36"
    ERROR = "1;31"
    WARNING = "1;33"
    STRONG = "1"
    FAINT = "2"


def painted(text: str, paint: Paint, *, color: bool) -> str:
    return f"\x1b[{paint}m{text}\x1b[0m" if color and text else text


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, color: bool) -> str:
    """Columns under a header, two blanks apart; cells are cleaned here."""
    cells = [header, *(tuple(clean(cell) for cell in row) for row in rows)]
    widths = [max(width(row[index]) for row in cells) for index in range(len(header))]
    lines = [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([painted(lines[0], Paint.STRONG, color=color), *lines[1:]]) + "\n"
