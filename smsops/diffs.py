"""Which settings differ, and which of the differences send replies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from urllib.parse import urlsplit

from smsops.changes import FieldDiff, Value
from smsops.model import UNMANAGED, ServiceSettings, Unmanaged, field_key


def field_diffs(desired: ServiceSettings, live: ServiceSettings | None) -> Iterator[FieldDiff]:
    """The managed settings that differ; all of them when there is no live service."""
    for setting in fields(ServiceSettings):
        after = getattr(desired, setting.name)
        before = getattr(live, setting.name) if live else UNMANAGED
        if after is not UNMANAGED and after != before:
            yield FieldDiff(
                name=setting.name, field=field_key(setting.name), before=_value(before), after=_value(after)
            )


def _value(setting: str | int | bool | Unmanaged) -> Value:
    return None if isinstance(setting, Unmanaged) else setting


def reroutes(diff: FieldDiff) -> bool:
    """Whether replies end up at another host than before, or nowhere."""
    if diff.name == "webhook_url":
        return _host(diff.before) != _host(diff.after)
    return diff.name == "use_inbound_webhook_on_number"


def _host(url: Value) -> str:
    try:
        return urlsplit(str(url or "")).hostname or ""
    except ValueError:
        return ""
