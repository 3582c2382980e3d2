"""Who set what: for each key and number of a channel as it is now, the version that brought it. Pure.

A version that was overtaken before any apply has gone live all the same, with the one that overtook it.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsops.frozen import replace
from smsops.history.values import Kind, Past, Standing, Version


def blame(past: Past) -> tuple[tuple[str, str, Version], ...]:
    """Key, value and version, in the order of the file; empty for a channel that git does not have."""
    setters: dict[str, Version] = {}
    for version in past.versions:
        if version.kind is Kind.DELETED:
            setters.clear()
        if version.kind not in (Kind.PROJECT, Kind.DELETED):
            setters |= {diff.field: version for diff in version.diffs}
    lived = {id(version): _lived(version, past.versions) for version in setters.values()}
    return tuple((key, value, lived[id(setters[key])]) for key, value in past.fields.items() if key in setters)


def _lived(setter: Version, versions: Sequence[Version]) -> Version:
    if setter.standing is not Standing.SUPERSEDED:
        return setter
    later = versions[versions.index(setter) + 1 :]
    live = next((version for version in later if version.standing is Standing.LIVE), None)
    return (
        replace(setter, standing=Standing.LIVE, apply=live.apply)
        if live
        else replace(setter, standing=Standing.WAITING)
    )
