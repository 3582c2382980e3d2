"""What a file said at a commit: its keys flat, as text, for comparing one version with the next.

A file of the past need not be valid: whatever reads as a mapping can be compared, and what does not says why. Secrets
end here: what is told of a value has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from smsops.diagnostics import has_errors
from smsops.files.build import build_channel
from smsops.files.document import Document
from smsops.files.redact import redact, sounds_secret
from smsops.files.yamlfile import MAX_BYTES, read_yaml
from smsops.frozen import Frozen
from smsops.history.entries import Entry, Flat, entries_of, flat_text, is_number, read_entries
from smsops.history.recorded import Diff
from smsops.masking import masked
from smsops.model import SETTINGS, UNMANAGED, Channel, field_key

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


class Content(Frozen, cached=True):
    """One file at one commit."""

    entries: tuple[Entry, ...] = ()
    problem: str = ""
    """Why it cannot be read; then there is no entry."""

    @cached_property
    def flat(self) -> Flat:
        return _flat(self.entries)

    @cached_property
    def value(self) -> Mapping[str, Any]:
        return {entry.key: entry.value for entry in self.entries}

    @property
    def account(self) -> str:
        for entry in self.entries:
            if entry.key == "account":
                return entry.flat.get("account", "")
        return ""

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(key for key in self.flat if is_number(key))


def _flat(entries: Iterable[Entry]) -> Flat:
    flat: dict[str, str] = {}
    for entry in entries:
        flat.update(entry.flat)
    return flat


def content_of(data: bytes, mode: str) -> Content:
    """What a channel file, or smsops.yaml, says."""
    if mode == _LINK:
        return Content(problem="It is a link.")
    entries = read_entries(data) if len(data) <= MAX_BYTES else None
    if entries is not None:
        return Content(entries=entries)
    document, findings = read_yaml(data, "")
    value = document.value
    if has_errors(findings) or not isinstance(value, dict):
        first = next((found for found in findings if found.severity == "error"), None)
        where = f"Line {first.location.line}: " if first else ""
        return Content(problem=f"{where}{first.message if first else 'The file is no mapping.'}")
    return content_of_value(value)


def content_of_value(value: Mapping[str, Any]) -> Content:
    """What a file says that was read already."""
    return Content(entries=entries_of(value))


def diffs_of(before: Content, after: Content) -> tuple[Diff, ...]:
    """What differs, by key: settings first as the file has them, then numbers; without secrets."""
    was, now = _apart(before.entries, after.entries)
    changed = [key for key, text in now.items() if was.get(key) != text]
    if was:
        changed += [key for key in was if key not in now]
    if len(changed) > 1:
        changed.sort(key=_is_of_number)
    if not was:  # as when it is created: there are many keys then
        return tuple([Diff(named(key), None, told(key, now[key])) for key in changed])
    return tuple([Diff(named(key), told(key, was.get(key)), told(key, now.get(key))) for key in changed])


def _apart(before: tuple[Entry, ...], after: tuple[Entry, ...]) -> tuple[Flat, Flat]:
    """What is not the same entry in both."""
    if len(before) == len(after):  # as when a value changed
        was: dict[str, str] = {}
        now: dict[str, str] = {}
        for one, other in zip(before, after, strict=True):
            if one is not other:
                was.update(one.flat)
                now.update(other.flat)
        return was, now
    same = set(map(id, before)).intersection(map(id, after))
    return _flat(one for one in before if id(one) not in same), _flat(one for one in after if id(one) not in same)


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
    if not text or (key in _SETTINGS and "@" not in text and (len(text) < _SHORT or text.startswith("https://"))):
        return text
    return _told(key, text)


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


class Wanted(Frozen):
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
    named = {name: getattr(channel.settings, name) for name in SETTINGS}
    return Wanted(
        fields={field_key(name): flat_text(masked(value)) for name, value in named.items() if value is not UNMANAGED},
        numbers=channel.numbers,
    )


def is_sent(key: str) -> bool:
    """Whether an apply has to do anything with a flat key: labels and owners are never sent (contract 2.2)."""
    if key.startswith("+"):
        return is_number(key)
    return key.partition(".")[0] not in _NEVER_SENT
