"""Everything that happened in a period: what was merged, and what was applied. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from smsops.errors import UsageError
from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Diff
from smsops.history.values import Chronicle, Kind, ProjectChange, Version


class Period(Frozen):
    """From `since` on and before `until`; UTC in ISO 8601, '' is open."""

    since: str = ""
    until: str = ""

    def holds(self, at: str) -> bool:
        """Fractions of a second belong to their second. What has no time is in every period: it may be of any."""
        second = at[:19] + "Z"
        return not at or (self.since <= second and (not self.until or second < self.until))


class Item(Frozen):
    """One thing that happened."""

    id: str
    """The same on every machine."""
    at: str
    what: str
    """`change`, `apply` or `project`."""
    account: str
    channel: str
    summary: str
    subject: Version | Apply | ProjectChange


_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII)


def parsed_time(text: str, *, end_of_day: bool = False, after_day: bool = False) -> str:
    """A date or a time as UTC in ISO 8601. A bare date is its first moment in UTC, its last second, or what follows it.

    Raises UsageError.
    """
    try:
        if not _TIME.fullmatch(text.strip()):
            raise ValueError(text)
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no date.", hint="Write 2026-03-31, 2026-03-31T18:00Z or 2026-03-31T18:00+02:00."
        ) from error
    try:
        if len(text.strip()) <= 10 and (end_of_day or after_day):
            found += timedelta(days=1) if after_day else timedelta(hours=23, minutes=59, seconds=59)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:
        raise UsageError(f"{text!r} is out of the calendar.") from error
    return found.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def population(chronicle: Chronicle, period: Period) -> tuple[Item, ...]:
    """What was merged and applied in the period, oldest first.

    Git knows no fractions of a second. In one second merges come before applies, commits in the order of the main line,
    and applies in the order of their records' keys, which is that of each account's chain: the same in every clone.
    """
    places = {id: place for place, id in enumerate(chronicle.line)}
    found = [item for item in _items(chronicle) if period.holds(item.at)]
    return tuple(sorted(found, key=lambda item: _order(item, places)))


def _order(item: Item, places: Mapping[str, int]) -> tuple[str, bool, int, str, str]:
    second = item.at[:19]
    if isinstance(item.subject, Apply):
        return second, True, 0, item.subject.key, item.id
    return second, False, places.get(item.subject.commit.id, -1), "", item.id


def _items(chronicle: Chronicle) -> Iterator[Item]:
    for past in chronicle.pasts:
        for version in past.versions:
            if version.kind is not Kind.PROJECT:
                yield _change(version)
    for change in chronicle.project:
        yield _project(change)
    for apply in chronicle.applies:
        yield _apply(apply)


def _change(version: Version) -> Item:
    return Item(
        id=f"change:{version.commit.id}:{version.path}",
        at=version.commit.merged_at,
        what="change",
        account=version.account,
        channel=version.channel,
        summary=f"{version.kind}: {_named(version.diffs) or version.problem or 'no field'}",
        subject=version,
    )


def _project(change: ProjectChange) -> Item:
    return Item(
        id=f"project:{change.commit.id}",
        at=change.commit.merged_at,
        what="project",
        account=", ".join(change.accounts or ()),
        channel="",
        summary=f"{change.path}: {_named(change.diffs) or change.problem or 'no field'}",
        subject=change,
    )


def _apply(apply: Apply) -> Item:
    done = Counter(call.status or "not attempted" for call in apply.calls)
    told = ", ".join(f"{count} {status}" for status, count in sorted(done.items())) or "no change"
    return Item(
        id=f"apply:{apply.path}",
        at=apply.at,
        what="apply",
        account=apply.account,
        channel="",
        summary=f"{apply.ending or 'without an end'}: {told}",
        subject=apply,
    )


_NAMED = 4


def _named(diffs: tuple[Diff, ...]) -> str:
    """The first few fields, and how many more."""
    names = [diff.field for diff in diffs[:_NAMED]]
    more = len(diffs) - len(names)
    return ", ".join([*names, *([f"{more} more"] if more else [])])
