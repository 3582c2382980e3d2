"""Reads what nearly every channel file is made of, line by line: `key: value`, dashes, comments, texts on one line.

The parser in `events` makes an object with two places for each thing that it meets, and that is most of what reading
many files costs. Here one regular expression takes a text apart, and a file takes a quarter of the time. It knows a
small part of YAML and none of its surprises: whatever it is not sure of, all that is an error included, it leaves to
that parser. A test holds the two against each other: where this one has an answer, the other has the same and finds
nothing to say.
"""

from __future__ import annotations

import math
import re
from sys import intern
from typing import Any

CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
CONSTANTS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MAX_DIGITS = 4_000
"""Python refuses to read longer whole numbers; they stay text."""

_NO_TEXT = frozenset("0123456789tTfFnN")
"""What begins a number, or a constant that is written out."""
_DEEPEST = 16
_LINE = re.compile(
    r"( *+)(- )?"
    r"(?:([A-Za-z_][A-Za-z0-9_-]{0,99}):(?: ++|(?=\n)))?"
    r"(?:([A-Za-z0-9/_.][^\n]*)|(?:(\"[^\"\\\n]*\"|'[^'\n]*')|([\[{][^\[\]{}\n]*[\]}]))? *+(?:(?<= )\#[^\n]*)?)\n"
    r"|\#[^\n]*\n"
    r"|([^\n]+\n?)"
)
"""One line: its blanks, a dash, a key, then a plain text up to the end, or a text in quotes or something in brackets
with what stands beside it. The last group holds a line that is none of these. Blanks are never given back: a line of
very many would be tried from each of them to the end.
"""
_ITEM = re.compile(r"(?:([A-Za-z0-9][A-Za-z0-9_./-]*)|(\"[^\"\\]*\"|'[^']*'))(?:, ?|\Z)")

_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,99}): ([A-Za-z0-9][A-Za-z0-9_./@-]*)(?:, |\Z)")

_Line = tuple[str, str, str, str, str, str, str]


def simple_value(text: str) -> dict[str, Any] | None:
    """The mapping that a text stands for, where all of it is simple; None says nothing, and is no error.

    The text holds no character that `yamlfile` refuses.
    """
    if "\t" in text or "\r" in text or not text.endswith("\n"):
        return None
    try:
        return _built(_LINE.findall(text)) or None
    except _NotSimpleError:
        return None


class _NotSimpleError(Exception):
    """The text is for the parser."""


def _built(lines: list[_Line]) -> dict[str, Any]:
    """Goes over the lines once. What is open, outermost first, is on two stacks: each list or mapping, its column."""
    root: dict[str, Any] = {}
    holders: list[Any] = [root]
    columns: list[int] = [0]
    waiting = ""
    """The key of the innermost mapping whose value may begin on the next line."""
    for blanks, dash, key, plain, quoted, bracket, other in lines:
        if not (dash or key):
            if plain or quoted or bracket or other:
                raise _NotSimpleError
            continue
        column = len(blanks)
        if waiting or dash or column != columns[-1] or type(holders[-1]) is list:
            _turn(holders, columns, waiting, column, is_item=dash != "")
            waiting = ""
        holder = holders[-1]
        value = _text(plain) if plain else quoted[1:-1] if quoted else _inside(bracket) if bracket else None
        if dash and key:
            inner: dict[str, Any] = {}
            holder.append(inner)
            holders.append(inner)
            columns.append(column + 2)
            holder = inner
        if not key:
            holder.append(value)
        elif key in holder:
            raise _NotSimpleError
        else:
            holder[intern(key)] = value
        if not (plain or quoted or bracket):
            waiting = key
            if not key:
                raise _NotSimpleError
    return root


def _turn(holders: list[Any], columns: list[int], waiting: str, column: int, *, is_item: bool) -> None:
    """Open or close lists and mappings, so that the innermost takes a line at `column`."""
    if waiting and (column > columns[-1] or (is_item and column == columns[-1])):
        value: Any = [] if is_item else {}
        holders[-1][waiting] = value
        holders.append(value)
        columns.append(column)
    # A list may stand as deep as the key that holds it, and ends where a line there has no dash.
    while columns[-1] > column or (columns[-1] == column and not is_item and type(holders[-1]) is list):
        holders.pop()
        columns.pop()
    if columns[-1] != column or (type(holders[-1]) is list) != is_item or len(holders) > _DEEPEST:
        raise _NotSimpleError


def _text(plain: str) -> object:
    """What a text without quotes stands for; a comment may stand beside it."""
    if " #" in plain:
        plain = plain[: plain.index(" #")]
    if plain[-1] == " ":
        plain = plain.rstrip(" ")
    if ": " in plain or plain[-1] == ":":
        raise _NotSimpleError
    if plain[0] in _NO_TEXT:
        if plain in CONSTANTS:
            return CONSTANTS[plain]
        if match := NUMBER.fullmatch(plain):
            return number(plain, whole=match[1] is None and match[2] is None)
    return plain


def reads_as_text(plain: str) -> bool:
    """Whether a value without quotes is text here."""
    return plain not in CONSTANTS and NUMBER.fullmatch(plain) is None


def number(text: str, *, whole: bool) -> object:
    """A number by the core schema of YAML 1.2; one that Python does not take stays text."""
    if whole:
        return int(text) if len(text) <= _MAX_DIGITS else text
    value = float(text)
    return value if math.isfinite(value) else text


def _inside(bracket: str) -> list[object] | dict[str, object]:
    """A list or a mapping of texts, in brackets on one line."""
    inside, ends = bracket[1:-1], bracket[0] + bracket[-1]
    items: list[object] = []
    pairs: dict[str, object] = {}
    at = 0
    while at < len(inside):
        match = (_ITEM if ends == "[]" else _PAIR).match(inside, at)
        if match is None or (match.end() == len(inside) and inside[-1] in ", "):
            raise _NotSimpleError
        if ends == "[]":
            items.append(_text(match[1]) if match[1] else match[2][1:-1])
        elif match[1] in pairs:
            raise _NotSimpleError
        else:
            pairs[intern(match[1])] = _text(match[2])
        at = match.end()
    if ends not in ("[]", "{}"):
        raise _NotSimpleError
    return items if ends == "[]" else pairs
