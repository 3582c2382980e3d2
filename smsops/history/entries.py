"""The top-level entries of a YAML file, read one by one: most versions of a file differ from the one before in one.

An entry that was read before is remembered, and is then the same object, so that what did not change is told from what
did without a look inside. Whatever is not plainly a row of entries is for the reader of whole files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

from smsops.diagnostics import has_errors
from smsops.files.yamlfile import read_yaml

_STARTS = re.compile(r"\n(?=[A-Za-z_])")
_KEY = re.compile(r"[A-Za-z_][\w-]*:(?:\s|\Z)", re.ASCII)
_REMARKS = re.compile(r"(?:[ ]*+(?:#[^\r\n]*+)?\r?\n)*+[ ]*+(?:#[^\r\n]*+)?")
"""Comments and blank lines. Nothing is given back: each line with a `\\r` would double the ways to try them all."""
_LINE = r"([A-Za-z_][\w-]{0,99}): ([A-Za-z/](?:[\w./-]++|:(?=/)|[ ](?=\w))*+)\r?\n"
_PLAIN = re.compile(_LINE, re.ASCII)
"""One line whose value is text in one way only, unless it is one of `_WORDS`."""
_ATTRIBUTE = re.compile(f"    {_LINE}", re.ASCII)
_ITEM = re.compile(
    r'  - (?:"(?P<alone>\+[0-9]{1,20})"\r?\n|number: "(?P<number>\+[0-9]{1,20})"\r?\n'
    rf"(?P<more>(?:{_ATTRIBUTE.pattern})*))",
    re.ASCII,
)
"""A number as `smsops fmt` lays it out, with attributes that are plain."""
_WORDS = frozenset(f(word) for word in ("true", "false", "null") for f in (str.lower, str.upper, str.title))
_NUMBER = re.compile(r"\+[0-9]{1,20}")


Flat = Mapping[str, str]
"""By key (`history.values.Diff.field`), as it is written: not free of secrets."""


class Entry(NamedTuple):
    """One top-level entry."""

    key: str
    value: Any
    flat: Flat


def read_entries(data: bytes) -> tuple[Entry, ...] | None:
    """The entries of a file; None where it has to be read as a whole."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # These may belong to a file as a whole, and not to one of its entries.
    if "---" in text or "..." in text or ("%" in text and ("\n%" in text or "\r%" in text)):
        return None
    *blocks, last = _STARTS.split(text)
    found = list(map(_line_ended, blocks))
    # Mostly the last line has an end, too; then the block is remembered as those before it are.
    found.append(_line_ended(last[:-1]) if last.endswith("\n") else _entry(last))
    if found[0] is None and _is_remark(f"{blocks[0]}\n" if blocks else last):
        del found[0]
    if not found or None in found:
        return None
    whole = cast(tuple[Entry, ...], tuple(found))
    return whole if len(whole) == len({one[0] for one in whole}) else None


def entries_of(value: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The entries of what was read as a whole."""
    return tuple(Entry(key, inside, dict(_flat_top(key, inside))) for key, inside in value.items())


def is_number(key: str) -> bool:
    """Whether a flat key stands for a declared number."""
    return key.startswith("+") and _NUMBER.fullmatch(key) is not None


def _is_remark(text: str) -> bool:
    """Whether it holds comments alone, and no character that the reader may refuse."""
    lines = text.replace("\r\n", "").replace("\n", "")
    return lines.isascii() and lines.isprintable() and _REMARKS.fullmatch(text) is not None


@lru_cache(maxsize=1 << 16)
def _line_ended(block: str) -> Entry | None:
    return _entry(f"{block}\n")


def _entry(block: str) -> Entry | None:
    """One entry, when that is all that the text holds."""
    if (plain := _PLAIN.fullmatch(block)) is not None:
        key, value = plain.groups()
        if key not in _WORDS and value not in _WORDS and key != "phone_numbers":
            return Entry(key, value, {key: value})
    elif _KEY.match(block) is None:
        return None
    elif (numbers := _plain_numbers(block)) is not None:
        return Entry("phone_numbers", numbers, dict(_flat_numbers(numbers)))
    document, findings = read_yaml(block.encode(), "")
    value = document.value
    if has_errors(findings) or not isinstance(value, dict) or len(value) != 1:
        return None
    (entry,) = entries_of(value)
    return entry


def _plain_numbers(block: str) -> list[Any] | None:
    """Declared numbers, where each is an `_ITEM`; None for anything else."""
    head, _, rows = block.partition("\n")
    if head.removesuffix("\r") != "phone_numbers:":
        return None
    entries: list[Any] = []
    end = 0
    for item in _ITEM.finditer(rows):
        pairs = [("number", item["number"]), *_ATTRIBUTE.findall(item["more"] or "")]
        attributes = dict(pairs)
        words = (*attributes, *attributes.values())
        if item.start() != end or len(attributes) != len(pairs) or not _WORDS.isdisjoint(words):
            return None
        end = item.end()
        entries.append(item["alone"] or attributes)
    return entries if entries and end == len(rows) else None


def _flat_top(key: str, inside: Any) -> Iterator[tuple[str, str]]:
    if key == "phone_numbers" and isinstance(inside, list):
        yield from _flat_numbers(inside)
    else:
        yield from _flat(f".{key}" if is_number(key) else key, inside)


def _flat_numbers(entries: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        number = entry.get("number") if isinstance(entry, dict) else entry
        key = number if isinstance(number, str) and is_number(number) else f"phone_numbers {flat_text(number)}"
        yield key, ""
        for name, value in entry.items() if isinstance(entry, dict) else ():
            if name != "number":
                yield f"{key} {name}", flat_text(value)


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inside in value.items():
            yield from _flat(f"{key}.{name}", inside)
    else:
        yield key, flat_text(value)


def flat_text(value: Any) -> str:
    """A value as one text."""
    match value:
        case str():
            return value
        case bool() | None:
            return json.dumps(value)
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case _:
            return json.dumps(value, sort_keys=True)
