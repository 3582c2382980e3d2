"""Which settings differ, and which of the differences send replies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from urllib.parse import urlsplit

from smsops.changes import FieldDiff
from smsops.masking import Kept, Value, masked
from smsops.model import UNMANAGED, ServiceSettings, Unmanaged, field_key


def field_diffs(desired: ServiceSettings, live: ServiceSettings | None) -> Iterator[FieldDiff]:
    """The managed settings that differ; all of them when there is no live service."""
    for setting in fields(ServiceSettings):
        after = getattr(desired, setting.name)
        before = getattr(live, setting.name) if live else UNMANAGED
        if after is not UNMANAGED and after != before:
            yield FieldDiff(
                name=setting.name, field=field_key(setting.name), before=value_of(before), after=value_of(after)
            )


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
