"""A channel as it was approved beside as it is live, key by key. Pure.

The file says what a person wrote, the record what an apply sent: a default is in the record alone, and what is only
declared is in the file alone. Neither is a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from smsops.frozen import Frozen
from smsops.history.contents import is_sent
from smsops.history.entries import is_number
from smsops.history.recorded import Entry
from smsops.history.values import Past

_BESIDE = frozenset(("name", "provider", "account", "direction", "enabled"))
"""Keys that no setting of the service is named after; some decide what settings are."""
_INBOUND = ("webhook_url", "fallback_url")
_DEFAULTS = {
    "webhook_url": "",
    "webhook_method": "POST",
    "fallback_url": "",
    "fallback_method": "POST",
    "status_callback_url": "",
    "use_inbound_webhook_on_number": "false",
}
_NULLS = {"messaging.use_case": "undeclared"}
"""What a null asks for, where that is not the empty text."""
_SID = "messaging_service_sid"


class Comparison(StrEnum):
    """What a row comes to, in the words of the page."""

    SAME = "same"
    DIFFERS = "differs"
    DEFAULT = "default"
    """The file does not say; the account has what is usual then."""
    NOT_WIRED = "not wired"
    """The file says it, and its direction drops replies."""
    NOT_SENT = "not sent"
    """It is only declared."""
    NOT_KNOWN = "not known"
    """No record tells."""


class Row(Frozen):
    """One key, or one number, whose value is the empty text; None: it is not there."""

    key: str
    approved: str | None
    live: str | None
    comparison: Comparison

    @property
    def is_number(self) -> bool:
        return is_number(self.key)


def rows_of(past: Past, entry: Entry | None) -> tuple[Row, ...]:
    """Settings as the file has them, then what only the record has, then numbers."""
    rows = [*_settings(past, entry), *_numbers(past, entry)]
    return tuple(row for row in rows if row.approved is not None or row.live is not None)


def _settings(past: Past, entry: Entry | None) -> Iterator[Row]:
    fields = past.fields
    held: dict[str, str] = {} if entry is None else {**entry.fields, _SID: entry.service_sid}
    for key in [*fields, *(key for key in held if key not in fields)]:
        if is_number(key):
            continue
        approved, live = fields.get(key), held.get(key)
        yield Row(key=key, approved=approved, live=live, comparison=_comparison(key, past, entry, live))


def _comparison(key: str, past: Past, entry: Entry | None, live: str | None) -> Comparison:
    fields = past.fields
    if key in fields and (key in _BESIDE or not is_sent(key)):
        return Comparison.NOT_SENT
    if entry is None:
        return Comparison.NOT_KNOWN
    if key == _SID and key not in fields and past.exists:
        return Comparison.DEFAULT
    if live != _wanted(key, past):
        return Comparison.DIFFERS
    if key not in fields:
        return Comparison.DEFAULT
    unwired = key in _INBOUND and bool(fields[key]) and not receives(fields)
    return Comparison.NOT_WIRED if unwired else Comparison.SAME


def _wanted(key: str, past: Past) -> str | None:
    """What an apply of the file brings about; None where it brings about nothing."""
    fields = past.fields
    if not fields:
        return None
    if key in _INBOUND and not receives(fields):
        return ""
    text = fields.get(key, _DEFAULTS.get(key, past.name if key == "friendly_name" else None))
    return _NULLS.get(key, "") if text == "null" else text


def receives(fields: Mapping[str, str]) -> bool:
    """Whether replies go anywhere."""
    return fields.get("enabled") != "false" and fields.get("direction") in ("inbound", "inbound-and-outbound")


def _numbers(past: Past, entry: Entry | None) -> Iterator[Row]:
    declared = [key for key in past.fields if is_number(key)]
    pool = frozenset(entry.numbers) if entry else frozenset[str]()
    for number in [*declared, *sorted(pool.difference(declared))]:
        approved = "" if number in past.fields else None
        live = "" if number in pool else None
        comparison = Comparison.SAME if approved == live else Comparison.DIFFERS
        yield Row(
            key=number,
            approved=approved,
            live=live,
            comparison=comparison if entry is not None else Comparison.NOT_KNOWN,
        )
