"""Which settings differ, and which of the differences send replies elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from urllib.parse import urlsplit

from smsops.changes import FieldDiff
from smsops.masking import Kept, Value, masked, sealed
from smsops.model import SETTINGS, UNMANAGED, ServiceSettings, Unmanaged, field_key

_values = attrgetter(*SETTINGS)
_NO_VALUES = (UNMANAGED,) * len(SETTINGS)


def field_diffs(desired: ServiceSettings, live: ServiceSettings | None) -> tuple[FieldDiff, ...]:
    """The managed settings that differ; all of them when there is no live service."""
    befores = _values(live) if live else _NO_VALUES
    differing = [
        FieldDiff(name=name, field=field_key(name), before=value_of(before), after=value_of(after))
        for name, before, after in zip(SETTINGS, befores, _values(desired), strict=True)
        if after is not UNMANAGED and after != before
    ]
    return tuple(differing)


def kept(settings: ServiceSettings) -> Mapping[str, Kept]:
    """The settings that a channel sets, by name, as they may be kept."""
    return {
        name: sealed(value) if isinstance(value, str) and "@" in value else value
        for name, value in zip(SETTINGS, _values(settings), strict=True)
        if value is not UNMANAGED
    }


def value_of(setting: str | int | bool | Unmanaged) -> Value:
    """A live setting as a value; None where the provider gave none."""
    return None if isinstance(setting, Unmanaged) else setting


def reroutes(diff: FieldDiff) -> bool:
    """Whether replies end up at another host than before, or nowhere."""
    if diff.name == "webhook_url":
        return _host(diff.before) != _host(diff.after)
    return diff.name == "use_inbound_webhook_on_number"


def _host(url: Kept) -> str:
    try:
        return urlsplit(str(masked(url) or "")).hostname or ""
    except ValueError:
        return ""
