"""What git had of a channel's file at a commit, and how it is shown beside what a record says. Pure.

A file of the past may break rules of today. An auditor is told what stood in it all the same, as `history` tells it:
key by key, and without secrets. Only of a file that is valid can be told what an apply of it would send.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from smsops.frozen import Frozen, replace
from smsops.history.contents import Content, named, shown, told, wanted_of
from smsops.history.entries import Flat, is_number
from smsops.history.moment import Row, Unreadable
from smsops.history.recorded import Check, Entry
from smsops.history.values import Kind
from smsops.history.versions import Mark
from smsops.masking import masked
from smsops.model import SETTINGS, field_key

_SETTINGS = frozenset(field_key(name) for name in SETTINGS)
"""Keys of a file that an apply sends and a record has."""


class Filed(Frozen):
    """A channel's file at a commit."""

    channel: str
    account: str
    path: str
    content: Content
    """Of a file that cannot be read, that of the last version before it that can."""
    unreadable: Unreadable | None


def filed_of(marks: Sequence[Mark]) -> Filed:
    """The file after the last of these versions, oldest first, of a channel that git had then."""
    life = list(takewhile(lambda mark: mark.kind is not Kind.DELETED, reversed(marks)))
    now = life[0]
    readable = next((mark for mark in life if mark.kind is not Kind.BROKEN), None)
    unreadable = None
    if now.kind is Kind.BROKEN:
        last = readable.version() if readable else None
        unreadable = Unreadable(path=now.path, problem=now.problem, shown=last)
    return Filed(
        channel=now.channel,
        account=now.account,
        path=now.path,
        content=readable.content if readable else Content(),
        unreadable=unreadable,
    )


def rows_of(content: Content, entry: Entry | None, *, valid: bool) -> tuple[Row, ...]:
    """Settings and numbers of a file beside what the record says, key by key.

    Of a valid file that is what an apply sends, defaults included, and otherwise what stands in it.
    """
    held: Flat = entry.fields if entry else {}
    wanted = wanted_of(content)
    sent: Flat = wanted.fields if wanted else {}
    own = sent if valid else {key: text for key, text in content.flat.items() if key in _SETTINGS}
    # Of a file that nothing can be built from, a key that it does not have may stand for any default.
    asked = sent if wanted else {**held, **{key: str(masked(text)) for key, text in own.items()}}
    keys = [*own, *(key for key in held if key not in own)]
    settings = (_row(key, own.get(key), held.get(key), asked.get(key) != held.get(key)) for key in keys)
    pool = frozenset(entry.numbers) if entry else frozenset[str]()
    return (*settings, *_numbers(content.numbers, pool))


def _row(key: str, merged: str | None, applied: str | None, differs: bool) -> Row:
    return Row(key=named(key), merged=told(key, merged), applied=told(key, applied), differs=differs)


def _numbers(declared: frozenset[str], pool: frozenset[str]) -> Iterator[Row]:
    for number in sorted(declared | pool):
        merged, applied = ("" if number in numbers else None for numbers in (declared, pool))
        yield _row(number, merged, applied, merged != applied)


def declared_of(content: Content) -> dict[str, str]:
    """What a file has besides and no apply sends, without secrets."""
    return shown({key: text for key, text in content.flat.items() if key not in _SETTINGS and not is_number(key)})


def without_secrets(check: Check) -> Check:
    """A check as it may be shown beside a file."""
    hidden = (
        replace(one, recorded=told(one.field, one.recorded), live=told(one.field, one.live)) for one in check.found
    )
    return replace(check, found=tuple(hidden))
