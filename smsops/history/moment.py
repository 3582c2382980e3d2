"""One channel at one moment: as git had it, and as the account had it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Check, Drift, Entry
from smsops.history.values import Standing, Version


class Row(Frozen):
    """One key of a channel: a setting, or a number (whose value is the empty text)."""

    key: str
    merged: str | None
    applied: str | None
    differs: bool
    """By the values as they are: one that is hidden in part may look the same and be another."""


class Refusal(Frozen):
    """An error of today's validation in a file as it was then."""

    code: str
    path: str


class Unreadable(Frozen):
    """A file that was no channel that can be read."""

    path: str
    problem: str
    shown: Version | None
    """The last version before it that can be read, which is shown in its place."""


class Moment(Frozen):
    """What is known of a channel at a moment. It shows nothing that `history` hides."""

    asked: str
    """The date or revision, as it was asked for."""
    version: Version | None
    """The one that held then; None for a revision that is not on the main line."""
    apply: Apply | None
    """The record that tells what the account had."""
    entry: Entry | None
    check: Check | None = None
    """The last comparison of the account with the ledger up to then."""
    rows: tuple[Row, ...] = ()
    """What an apply sends, key by key; of a file that validation refuses, what stands in it."""
    declared: tuple[tuple[str, str], ...] = ()
    """What git had besides: keys that are never sent, with their values."""
    refused: tuple[Refusal, ...] = ()
    """Why an apply of today would not take the files of then."""
    unreadable: Unreadable | None = None

    @property
    def drift(self) -> tuple[Drift, ...]:
        """What that comparison found of this channel."""
        if self.check is None or self.entry is None:
            return ()
        return tuple(one for one in self.check.found if one.service_sid == self.entry.service_sid)


def version_at(versions: Sequence[Version], places: dict[str, int], place: int) -> Version | None:
    """The last version up to a commit of the main line."""
    return next((v for v in reversed(versions) if places[v.commit.id] <= place), None)


def effect_at(versions: Sequence[Version], places: dict[str, int], place: int) -> Apply | None:
    """The record of what the account was asked for at a commit: a label changes nothing there."""
    quiet = (Standing.NOTHING_TO_APPLY, Standing.UNKNOWN)
    asking = [v for v in versions if places[v.commit.id] <= place and v.standing not in quiet]
    return asking[-1].apply if asking else None


def applied_by(applies: Iterable[Apply], names: Iterable[str], until: str) -> tuple[Apply, Entry] | None:
    """The last apply that ended by then and knew the channel, with what it says of it; `applies` are oldest first."""
    found = None
    for apply in applies:
        if apply.ending and apply.wrote and apply.finished_at <= until:
            entry = next((apply.inventory[name] for name in names if name in apply.inventory), None)
            # One that no longer knows the channel tells that the account has nothing of it.
            found = (apply, entry) if entry else None
    return found


def checked_by(checks: Iterable[Check], until: str) -> Check | None:
    """The last check up to then; `checks` are oldest first."""
    return next((check for check in reversed(tuple(checks)) if check.at <= until), None)
