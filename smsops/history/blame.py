"""Who set what: for each key and number of a channel as it is now, the version that brought it. Pure."""

from __future__ import annotations

from smsops.history.values import Kind, Past, Version


def blame(past: Past) -> tuple[tuple[str, str, Version], ...]:
    """Key, value and version, in the order of the file; empty for a channel that git does not have."""
    setters: dict[str, Version] = {}
    for version in past.versions:
        if version.kind is Kind.DELETED:
            setters.clear()
        if version.kind not in (Kind.PROJECT, Kind.DELETED):
            setters |= {diff.field: version for diff in version.diffs}
    return tuple((key, value, setters[key]) for key, value in past.fields.items() if key in setters)
