"""What became of each version in the account: the first record that says that the account had it so. Pure.

A record is of a version when its run had the version's commit, or a later one of the main line, and none that brought
the next. Where the record's commit is not on the main line (an apply from a branch that was squashed), times decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from smsops.frozen import Frozen
from smsops.history.contents import Wanted, is_sent
from smsops.history.recorded import Apply, Entry
from smsops.history.values import Kind, Standing, Version
from smsops.history.versions import Life, Mark

_SECONDS = len("2025-01-01T00:00:00")


class Records(Frozen):
    """The applies of a project, as far as they speak of its accounts."""

    applies: Mapping[str, Sequence[Apply]]
    """By account, oldest first: those that may have written."""
    places: Mapping[str, int]
    """By commit, its place in the main line."""
    known: bool = True
    """Whether there is a ledger at all."""

    def of(self, mark: Mark) -> Iterator[tuple[int | None, Apply]]:
        """The account's applies with the place of their commit, or None."""
        for apply in self.applies.get(mark.account, ()):
            if apply.account_sid.casefold() == mark.account_sid.casefold():
                yield self.places.get(apply.commit), apply


def versions_of(life: Life, records: Records) -> Iterator[Version]:
    """The versions of a channel with what became of them, oldest first."""
    if not records.known:
        yield from (mark.version() for mark in life.marks)
        return
    effective = list(_effective(life.marks, compared=any(mark.account in records.applies for mark in life.marks)))
    nexts = dict(zip(map(id, effective), [*effective[1:], None], strict=True)) if effective else {}
    for place, mark in enumerate(life.marks):
        if mark.kind is Kind.BROKEN:
            yield mark.version()
        elif id(mark) not in nexts:
            yield mark.version(Standing.NOTHING_TO_APPLY)
        else:
            after = nexts[id(mark)]
            if mark.account in records.applies:
                yield mark.version(*_judged(mark, after, _names(life.marks, place, after), records))
            else:
                yield mark.version(_without_an_apply(mark, after))


def _names(marks: Sequence[Mark], place: int, after: Mark | None) -> frozenset[str]:
    """What the channel is called from a version to the next: a rename alone may leave nothing to apply."""
    following = map(marks.__getitem__, range(place, len(marks)))
    return frozenset(mark.channel for mark in takewhile(lambda mark: mark is not after, following))


def _effective(marks: Iterable[Mark], *, compared: bool) -> Iterator[Mark]:
    """Versions that ask something else of the account than the one before. Without records there is no need to look."""
    last: tuple[Wanted | None, str, str] = (None, "", "")
    for mark in marks:
        account = (mark.account, mark.account_sid)
        if not _may_matter(mark) and not (mark.kind is Kind.PROJECT and account != last[1:]):
            continue
        wanted = mark.wanted if compared else None
        if wanted is None or (wanted, *account) != last:
            yield mark
        last = (wanted, *account)


def _may_matter(mark: Mark) -> bool:
    kind = mark.kind
    if kind is Kind.PROJECT or kind is Kind.BROKEN:
        return False
    return (kind is not Kind.CHANGED and kind is not Kind.MOVED) or any(is_sent(diff.field) for diff in mark.diffs)


def _judged(mark: Mark, after: Mark | None, names: frozenset[str], records: Records) -> tuple[Standing, Apply | None]:
    wanted = mark.wanted
    begun: Apply | None = None
    earlier: Apply | None = None
    for place, apply in records.of(mark):
        if not _is_since(mark, place, apply):
            earlier = apply if apply.ending else earlier
            continue
        if after is not None and _is_since(after, place, apply):
            continue
        if apply.ending and _fits(mark, wanted, names, apply):
            return Standing.LIVE, apply
        if begun is None and _touched(names, apply):
            begun = apply
    if begun is not None:
        return Standing.IN_PART, begun
    if earlier is not None and _fits(mark, wanted, names, earlier):
        return Standing.LIVE, earlier  # it was applied before it was merged, or takes back what never was
    had = earlier is not None and not names.isdisjoint(earlier.inventory)
    return _without_an_apply(mark, after, had=had), None


def _without_an_apply(mark: Mark, after: Mark | None, *, had: bool = False) -> Standing:
    """What became of a version that no apply was of; `had` says that the account had the channel before it."""
    if mark.kind is Kind.DELETED and not had:
        return Standing.NOTHING_TO_APPLY
    return Standing.WAITING if after is None else Standing.SUPERSEDED


def _is_since(mark: Mark, place: int | None, apply: Apply) -> bool:
    if place is not None:
        return place >= mark.place
    return apply.started_at >= mark.commit.merged_at[:_SECONDS]  # without its Z, before any fraction


def _fits(mark: Mark, wanted: Wanted | None, names: frozenset[str], apply: Apply) -> bool:
    if mark.kind is Kind.DELETED:
        return _is_gone(mark, apply)
    entries = (apply.inventory[name] for name in names if name in apply.inventory)
    return wanted is not None and any(_is_as_wanted(mark, wanted, entry) for entry in entries)


def _is_as_wanted(mark: Mark, wanted: Wanted, entry: Entry) -> bool:
    numbers = frozenset(entry.numbers)
    removed = frozenset(diff.field for diff in mark.diffs if diff.is_number and diff.after is None)
    # Other numbers may wait in the pool for `--allow prune`; those that the version removes may not.
    as_declared = wanted.numbers <= numbers and numbers.isdisjoint(removed)
    return as_declared and all(entry.fields.get(key) == text for key, text in wanted.fields.items())


def _is_gone(mark: Mark, apply: Apply) -> bool:
    """Whether the service of a channel that left git was deleted."""
    done = (call for call in apply.calls if call.status in ("done", "already-done"))
    return any(call.action == "service.delete" and call.channel == mark.channel for call in done)


def _touched(names: frozenset[str], apply: Apply) -> bool:
    return any(call.channel in names and call.status == "done" for call in apply.calls)
