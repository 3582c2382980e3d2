"""What a file said at a commit: its keys flat, as text, for comparing one version with the next.

A file of the past need not be valid: whatever reads as a mapping can be compared, and what does not says why. Most
versions differ from the one before in one entry. So a file is read entry by entry, and an entry that was read before is
remembered; whatever is not plainly a row of top-level entries is read as a whole, by the same reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any

from smsops.diagnostics import has_errors
from smsops.files.build import build_channel
from smsops.files.document import Document
from smsops.files.redact import redact, sounds_secret
from smsops.files.yamlfile import MAX_BYTES, read_yaml
from smsops.history.recorded import Diff
from smsops.masking import masked
from smsops.model import UNMANAGED, Channel, field_key

_ENTRY = re.compile(r"^(?=[A-Za-z_][\w-]*:(?:\s|\Z))", re.MULTILINE | re.ASCII)
_BESIDE = ("---", "...", "\n%", "\r%")
"""What may belong to a file as a whole, and not to one of its entries."""
_REMARKS = re.compile(r"(?:[ ]*(?:#[^\n]*)?\r?\n)*[ ]*(?:#[^\n]*)?")
_LINE = r"([A-Za-z_][\w-]{0,99}): ([A-Za-z/](?:[\w./-]|:(?=/)|[ ](?=\w))*)\r?\n"
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
_SETTINGS = frozenset(
    (
        *("name", "provider", "account", "direction", "enabled", "messaging_service_sid", "friendly_name"),
        *("webhook_url", "webhook_method", "fallback_url", "fallback_method", "status_callback_url"),
    )
)
"""Keys whose values are read to be compared with the account: a login is masked in them, and nothing else hidden. A
query is shown as it is: contract 9 masks the user info of a URL, and by the rest people decide where messages go."""
_NEVER_SENT = ("description", "owner", "tags", "contact_hours", "compliance", "experience_flow")
_REFERENCES = ("env", "file", "command")
_LINK = "120000"
_SHORT = 20
"""Characters of a text that is too short for a token."""

Flat = Mapping[str, str]
"""By key (`history.values.Diff.field`), as it is written: not free of secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One file at one commit."""

    flat: Flat = field(default_factory=dict)
    value: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    """Why it cannot be read; then everything else is empty."""

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(key for key in self.flat if is_number(key))


def is_number(key: str) -> bool:
    """Whether a flat key stands for a declared number."""
    return key.startswith("+") and _NUMBER.fullmatch(key) is not None


def content_of(data: bytes, mode: str) -> Content:
    """What a channel file, or smsops.yaml, says."""
    if mode == _LINK:
        return Content(problem="It is a link.")
    entries = _entries(data) if len(data) <= MAX_BYTES else None
    if entries is not None:
        flat: dict[str, str] = {}
        for _, _, pairs in entries:
            flat |= pairs
        return Content(flat=flat, value={key: value for key, value, _ in entries})
    document, findings = read_yaml(data, "")
    value = document.value
    if has_errors(findings) or not isinstance(value, dict):
        first = next((found for found in findings if found.severity == "error"), None)
        where = f"Line {first.location.line}: " if first else ""
        return Content(problem=f"{where}{first.message if first else 'The file is no mapping.'}")
    return content_of_value(value)


def content_of_value(value: Mapping[str, Any]) -> Content:
    """What a file says that was read already."""
    return Content(flat=dict(_flat_top(value)), value=value)


_Read = tuple[str, Any, Flat]
"""Key, value and flat pairs of one top-level entry."""


def _entries(data: bytes) -> list[_Read] | None:
    """The top-level entries of a file; None where it has to be read as a whole."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head, *blocks = _ENTRY.split(text)
    if not blocks or any(mark in text for mark in _BESIDE) or (head and not _is_remark(head)):
        return None
    whole = [one for block in blocks if (one := _entry(block)) is not None]
    return whole if len(whole) == len(blocks) == len({one[0] for one in whole}) else None


def _is_remark(text: str) -> bool:
    """Whether it holds comments alone, and no character that the reader may refuse."""
    lines = text.replace("\r\n", "").replace("\n", "")
    return lines.isascii() and lines.isprintable() and _REMARKS.fullmatch(text) is not None


@lru_cache(maxsize=1 << 16)
def _entry(block: str) -> _Read | None:
    """One entry, when that is all that the text holds."""
    if (plain := _PLAIN.fullmatch(block)) and _WORDS.isdisjoint(plain.groups()) and plain[1] != "phone_numbers":
        return plain[1], plain[2], {plain[1]: plain[2]}
    if (numbers := _plain_numbers(block)) is not None:
        return "phone_numbers", numbers, dict(_flat_numbers(numbers))
    document, findings = read_yaml(block.encode(), "")
    value = document.value
    if has_errors(findings) or not isinstance(value, dict) or len(value) != 1:
        return None
    ((key, inside),) = value.items()
    return key, inside, dict(_flat_top(value))


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


def _flat_top(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, inside in value.items():
        if key == "phone_numbers" and isinstance(inside, list):
            yield from _flat_numbers(inside)
        else:
            yield from _flat(f".{key}" if is_number(key) else key, inside)


def _flat_numbers(entries: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        number = entry.get("number") if isinstance(entry, dict) else entry
        key = number if isinstance(number, str) and is_number(number) else f"phone_numbers {_text(number)}"
        yield key, ""
        for name, value in entry.items() if isinstance(entry, dict) else ():
            if name != "number":
                yield f"{key} {name}", _text(value)


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inside in value.items():
            yield from _flat(f"{key}.{name}", inside)
    else:
        yield key, _text(value)


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool() | None:
            return json.dumps(value)
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case _:
            return json.dumps(value, sort_keys=True)


def diffs_of(before: Flat, after: Flat) -> tuple[Diff, ...]:
    """What differs, by key: settings first as the file has them, then numbers; without secrets."""
    changed = [key for key, text in after.items() if before.get(key) != text]
    changed += [key for key in before if key not in after]
    changed.sort(key=_is_of_number)
    return tuple([Diff(named(key), told(key, before.get(key)), told(key, after.get(key))) for key in changed])


def _is_of_number(key: str) -> bool:
    return key.startswith("+")


def shown(flat: Flat) -> dict[str, str]:
    """A file's flat keys without secrets."""
    return {named(key): str(told(key, text)) for key, text in flat.items()}


@lru_cache(maxsize=1 << 14)
def named(key: str) -> str:
    """A key as it may be shown: people paste what they should not before a colon, too."""
    return redact(key)


def told(key: str, text: str | None) -> str | None:
    """A value as it may be shown: no login, and nothing that stands where a secret would."""
    is_plain = not text or (
        key in _SETTINGS and "@" not in text and (len(text) < _SHORT or text.startswith("https://"))
    )
    return text if is_plain else _told(key, text)


@lru_cache(maxsize=1 << 14)
def _told(key: str, text: str) -> str:
    if _sounds_secret(key):
        return "****"
    hidden = str(masked(text))
    return hidden if key in _SETTINGS and hidden.startswith("https://") else redact(hidden)


@lru_cache(maxsize=1 << 14)
def _sounds_secret(key: str) -> bool:
    parts = key.split(".")
    is_reference = parts[0] == "accounts" and len(parts) > 3 and parts[-1] in _REFERENCES
    return not is_reference and any(map(sounds_secret, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an apply of a version brings about: settings as records write them, and the pool."""

    fields: Flat
    numbers: frozenset[str]


class Unsaid(StrEnum):
    """Why git does not tell what a channel asked for at a commit."""

    NO_CHANNEL = "no channel"
    """Git had no channel of that name then."""
    NOT_KNOWN = "not known"
    """There is a file, and it cannot be read or was never one that could be applied; or git cannot tell."""


def wanted_of(content: Content) -> Wanted | None:
    """None where the file was never one that could be applied."""
    try:
        return wanted_of_channel(build_channel(Document(path="", value=content.value))) if content.value else None
    except (AttributeError, KeyError, TypeError, ValueError):  # it would not have passed validation
        return None


def wanted_of_channel(channel: Channel) -> Wanted:
    """What an apply of a channel brings about."""
    named = {setting.name: getattr(channel.settings, setting.name) for setting in fields(channel.settings)}
    return Wanted(
        fields={field_key(name): _text(masked(value)) for name, value in named.items() if value is not UNMANAGED},
        numbers=channel.numbers,
    )


def is_sent(key: str) -> bool:
    """Whether an apply has to do anything with a flat key: labels and owners are never sent (contract 2.2)."""
    if key.startswith("+"):
        return is_number(key)
    return key.partition(".")[0] not in _NEVER_SENT
