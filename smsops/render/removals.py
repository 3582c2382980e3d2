"""What a plan takes away, as short as it can be told: numbers that leave a pool, services that go (contract 4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import groupby

from smsops.changes import DeleteService, DetachNumber, MoveNumber
from smsops.frozen import Frozen
from smsops.planned import Plan
from smsops.render.cutting import fitted
from smsops.render.escape import clipped
from smsops.render.plain import counted

_NAME = 63
"""Characters of a channel's or an account's name: as many as a valid one may have."""
_NUMBER = 20
_A_LINE = 6
"""Numbers on a line, so that a page needs no scrolling to the side."""


class Verb(IntEnum):
    """In order: what is hardest to undo stands first, and is the last that is cut."""

    DELETE = 1
    DETACH = 2
    MOVE = 3


WORDS = {
    Verb.DELETE: "delete messaging services",
    Verb.DETACH: "detach numbers",
    Verb.MOVE: "move numbers to another channel",
}


class Removal(Frozen, kw_only=False, order=True):
    """One thing that is taken away; everything in it is clean and of bounded length."""

    verb: Verb
    account: str
    refused: str
    """The gate's name; '' when it may be done."""
    loser: str
    """The channel that loses it; of a move, also the one that gets it."""
    what: str
    """The number, or the service."""


class Removals(Frozen):
    """The list, as far as it fits."""

    text: str
    hidden: int
    """How many removals are not in it."""


def removals(plan: Plan) -> list[Removal]:
    """Every change that takes something away, in order; the refused ones too."""
    found = []
    for change in plan.changes:
        loser = clipped(change.channel, _NAME)
        match change:
            case DeleteService():
                verb, what = Verb.DELETE, clipped(change.service_sid, _NAME)
            case DetachNumber():
                verb, what = Verb.DETACH, clipped(change.number, _NUMBER)
            case MoveNumber():
                verb, what = Verb.MOVE, clipped(change.number, _NUMBER)
                holder = change.from_channel or f"{change.from_service_sid} (no channel declares it)"
                loser = f"{clipped(holder, _NAME)} to {loser}"
            case _:
                continue
        found.append(Removal(verb, clipped(change.account, _NAME), change.refused or "", loser, what))
    return sorted(found)


def fitted_removals(found: Sequence[Removal], room: int) -> Removals:
    """A fence with as many removals as fit."""
    lines = list(_lines(found))
    text, shown = fitted(([line] for line, _ in lines), room, "diff")
    return Removals(text=text, hidden=sum(count for _, count in lines[shown:]))


def _lines(found: Sequence[Removal]) -> Iterator[tuple[str, int]]:
    """Each line with how many removals it tells of; a heading tells of none."""
    for (verb, account, refused), group in groupby(found, lambda one: (one.verb, one.account, one.refused)):
        yield f"@@ {WORDS[verb]}, account {account}{', refused: ' if refused else ''}{refused} @@", 0
        for loser, ones in groupby(group, lambda one: one.loser):
            whats = [one.what for one in ones]
            for start in range(0, len(whats), _A_LINE):
                part = whats[start : start + _A_LINE]
                yield f"- {' ' if start else f'{loser}:'} {' '.join(part)}", len(part)


def removals_sentence(found: Sequence[Removal]) -> str:
    """How many, in a sentence."""
    services = sum(1 for one in found if one.verb is Verb.DELETE)
    numbers = len(found) - services
    parts = [f"{counted(numbers, 'number')} {'leaves' if numbers == 1 else 'leave'} a pool"] if numbers else []
    parts += [f"{counted(services, 'service')} {'is' if services == 1 else 'are'} deleted"] if services else []
    return f"{' and '.join(parts)}."
