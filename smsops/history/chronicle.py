"""The past of a whole project, or of one channel, put together from git and the ledger."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from smsops.git import Repository
from smsops.history.contents import Flat, Wanted
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
) -> tuple[Chronicle, Read, Wants]:
    """Everything that git and the ledger tell; of one channel, when `only` names it, under all its names.

    `applies` are those of all accounts, oldest first; None: there is no ledger. `counts` says which of them went to the
    servers that count: others say nothing of what is live. With `until` all is told as it could be told right before
    that time.

    Raises NoHistory and GitError.
    """
    with _uncollected():
        read = read_past(repository, project_file, only, until)
        lives = followed(read.arrivals, project_file)
        counting = frozenset(counts(applies or (), lives.project.flat))
        told = Chronicle(
            head=read.line[-1],
            line=read.line,
            pasts=_pasts(lives, _records(read, applies, counting), only),
            project=tuple(lives.project_changes),
            applies=tuple(applies or ()),
            counting=counting,
        )
    return told, read, Wants(lives, read.line)


class Wants:
    """What each channel asked for at each commit of the main line."""

    def __init__(self, lives: Lives, line: Sequence[str]) -> None:
        self._places = {id: place for place, id in enumerate(line)}
        self._marks: dict[str, list[Mark]] = {}
        for mark in sorted((mark for life in lives.all for mark in life.marks), key=lambda mark: mark.place):
            if mark.version.kind is not Kind.PROJECT:
                self._marks.setdefault(mark.version.channel, []).append(mark)

    def __call__(self, commit: str, channel: str) -> Wanted | None:
        """None where git did not have the channel then, or its file cannot be read."""
        place = self._places.get(commit, -1)
        before = (mark for mark in reversed(self._marks.get(channel, ())) if mark.place <= place)
        found = next(before, None)
        return found.wanted if found else None


def _records(read: Read, applies: Sequence[Apply] | None, counts: frozenset[str]) -> Records:
    by_account: dict[str, list[Apply]] = {}
    for apply in applies or ():
        if apply.wrote and apply.path in counts:
            by_account.setdefault(apply.account, []).append(apply)
    places = {id: place for place, id in enumerate(read.line)}
    return Records(applies=by_account, places=places, known=applies is not None)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: none of the many values here is garbage, and it looks at all of them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
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
