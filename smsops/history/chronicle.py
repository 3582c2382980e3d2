"""The past of a whole project, or of one channel, put together from git and the ledger."""

from __future__ import annotations

import gc
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property

from smsops.git import Repository
from smsops.history.begun import Begun
from smsops.history.contents import Unsaid, Wanted
from smsops.history.entries import Flat
from smsops.history.reading import Read, read_past
from smsops.history.recorded import Apply
from smsops.history.standing import Records, versions_of
from smsops.history.values import Chronicle, Kind, Past
from smsops.history.versions import Lives, Mark, followed, past_of

Counts = Callable[[Sequence[Apply], Flat], Iterable[str]]
"""Paths of the records that say what is live, by the records and smsops.yaml as the last commit that is told has it."""


def chronicle(
    repository: Repository,
    project_file: str,
    *,
    applies: Sequence[Apply] | None,
    counts: Counts = lambda _applies, _project: (),
    only: str | None = None,
    until: str = "",
    ahead: Begun | None = None,
) -> tuple[Chronicle, Read, Wants]:
    """Everything that git and the ledger tell; of one channel, when `only` names it, under all its names.

    `applies` are those of all accounts, oldest first; None: there is no ledger. `counts` says which of them went to the
    servers that count: others say nothing of what is live. With `until` all is told as it could be told right before
    that time. What was begun `ahead` is read on.

    Raises NoHistory and GitError.
    """
    with _uncollected():
        read = read_past(repository, project_file, only, until=until, ahead=ahead)
        lives = followed(read.arrivals, project_file)
        counting = frozenset(counts(applies or (), lives.project.flat))
        told = Chronicle(
            head=read.line[-1] if read.line else "",
            line=tuple(read.line),
            pasts=_pasts(lives, _records(read, applies, counting), only),
            project=tuple(lives.project_changes),
            applies=tuple(applies or ()),
            counting=counting,
        )
    return told, read, Wants(lives, read.line)


class Wants:
    """What each channel asked for at each commit of the main line; of any other commit there is nothing."""

    def __init__(self, lives: Lives, line: Sequence[str]) -> None:
        self._lives = lives
        self._line = line

    def __call__(self, commit: str, channel: str) -> Wanted | Unsaid:
        marks = self.marks(commit, channel)
        return (marks[-1].wanted or Unsaid.NOT_KNOWN) if marks else Unsaid.NO_CHANNEL

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {id: place for place, id in enumerate(self._line)}

    @cached_property
    def _marks(self) -> Mapping[str, Sequence[Sequence[Mark]]]:
        """By name, the marks of each life that ever had it."""
        found: dict[str, list[list[Mark]]] = {}
        for life in self._lives.all:
            marks = [mark for mark in life.marks if mark.kind is not Kind.PROJECT]
            for name in {mark.channel for mark in marks}:
                found.setdefault(name, []).append(marks)
        return found

    def marks(self, commit: str, channel: str) -> Sequence[Mark]:
        """The versions of a channel's file up to a commit, oldest first; empty where git had no such channel then."""
        place = self._places.get(commit, -1)
        lives = (marks[: bisect(marks, place, key=_place)] for marks in self._marks.get(channel, ()))
        there = (marks for marks in lives if marks and _is_there(marks[-1], channel))
        return max(there, key=lambda marks: marks[-1].place, default=())


def _place(mark: Mark) -> int:
    return mark.place


def _is_there(mark: Mark, channel: str) -> bool:
    """Whether the channel still had that name, and a file."""
    return mark.channel == channel and mark.kind is not Kind.DELETED


def _records(read: Read, applies: Sequence[Apply] | None, counts: frozenset[str]) -> Records:
    by_account: dict[str, list[Apply]] = {}
    for apply in applies or ():
        if apply.wrote and apply.path in counts:
            by_account.setdefault(apply.account, []).append(apply)
    places = {id: place for place, id in enumerate(read.line)}
    return Records(applies=by_account, places=places, known=applies is not None)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: none of the many values here is garbage, and it would look at all of them, again
    and again, also while the run goes on and when it ends."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was:
            gc.enable()


def _pasts(lives: Lives, records: Records, only: str | None) -> tuple[Past, ...]:
    pasts = [past_of(life, versions_of(life, records)) for life in lives.all if life.marks]
    pasts.sort(key=lambda past: (past.name, past.exists))
    if only is None:
        return tuple(pasts)
    named = [past for past in pasts if past.name == only] or [past for past in pasts if only in past.names]
    return tuple(named)
