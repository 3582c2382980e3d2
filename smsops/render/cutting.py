"""What a page keeps when it cannot hold everything. Sizes are bytes of UTF-8; additions go first (contract 4.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import chain

from smsops.frozen import Frozen
from smsops.render.escape import fence, guarded, longest_run

LIMIT = 60_000
"""Bytes of a page in Markdown. GitHub takes comments of 65,536 characters; the rest is for what a pipeline adds."""


def size(text: str) -> int:
    return len(text.encode())


def fitted(items: Iterable[Sequence[str]], room: int, info: str = "text") -> tuple[str, int]:
    """A fence with as many of the first items as fit, each of one or more clean lines, and how many these are.

    No item fits: no fence.
    """
    lines: list[str] = []
    count, longest, used = 0, 2, len(info) + len("`\n`\n")
    for item in items:
        longest = max(longest, *map(longest_run, item))
        used += sum(size(guarded(line)) + 1 for line in item)
        if used + 2 * longest > room:
            break
        lines += item
        count += 1
    return (fence(lines, info) if count else ""), count


class Weight(IntEnum):
    """What a detail is worth to a reader who must decide; the lightest are cut first."""

    ADDITIONS = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Detail(Frozen):
    """One folded part of a page."""

    weight: Weight
    full: str
    lean: str
    """The same with counts in place of long lists."""


class Cut(Frozen):
    """What is left of the details."""

    text: str
    lean: int
    """How many are shown with counts in place of lists."""
    gone: Counter[Weight]
    """How many are not shown."""


_STEPS: tuple[tuple[frozenset[Weight], bool], ...] = (
    (frozenset({Weight.ADDITIONS}), True),
    (frozenset({Weight.ADDITIONS}), False),
    (frozenset({Weight.LOW, Weight.MEDIUM, Weight.HIGH}), True),
    (frozenset({Weight.LOW, Weight.MEDIUM, Weight.HIGH}), False),
)
"""Whose details are cut, in turn: to their lean form (True), then wholly. The last ones, the lightest, go first."""


def cut(details: Sequence[Detail], room: int) -> Cut:
    """As much of the details as fits; they are sorted, the heaviest first."""
    shown = [detail.full for detail in details]
    over = sum(map(size, shown)) - room
    for index, lean in chain.from_iterable(_turns(details)):
        if over <= 0:
            break
        less = details[index].lean if lean else ""
        if size(less) < size(shown[index]):
            over -= size(shown[index]) - size(less)
            shown[index] = less
    _put_back(details, shown, -over)
    return Cut(
        text="".join(shown),
        lean=sum(1 for detail, text in zip(details, shown, strict=True) if text and text != detail.full),
        gone=Counter(detail.weight for detail, text in zip(details, shown, strict=True) if not text),
    )


def _turns(details: Sequence[Detail]) -> Iterator[Iterator[tuple[int, bool]]]:
    for weights, lean in _STEPS:
        yield ((i, lean) for i in reversed(range(len(details))) if details[i].weight in weights)


def _put_back(details: Sequence[Detail], shown: list[str], room: int) -> None:
    """Fill what a long detail left behind when it went; while one stays away, nothing lighter gets more."""
    missing = Weight.ADDITIONS
    for index, detail in enumerate(details):
        if detail.weight < missing:
            break
        more = size(detail.full) - size(shown[index])
        if more <= room:
            shown[index] = detail.full
            room -= more
        elif not shown[index] and size(detail.lean) <= room:
            shown[index] = detail.lean
            room -= size(detail.lean)
        if not shown[index]:
            missing = detail.weight
