"""Sharing one plan among machines: who reads what, balanced by the requests that it takes. Pure.

An account is the natural piece: no change concerns two. An account that is too large for a fair share is split into
groups of channels. Channels stay together when the base says that a number goes from one to the other, so both ends of
a move are seen by the same machine; and what left git stays with those that take a number from it. Every machine
works the whole assignment out for itself, from the same files and the same ledger.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from smsops.frozen import Frozen, replace
from smsops.model import Base, DesiredState

T = TypeVar("T")
FAIR = 1.2
"""How much more than the mean a shard may weigh before an account is split."""
LEFT = ""
"""Stands for what left git among the channels of an account."""


class Piece(Frozen):
    """What one machine reads of one account."""

    desired: DesiredState
    weight: int
    """Requests of a plan without changes (contract 8): a list of services, and a pool a channel."""
    split: bool = False
    """Whether other machines read other channels of the account."""

    @property
    def account(self) -> str:
        return self.desired.account


Shard = tuple[Piece, ...]


class Load(Frozen):
    """An account with the groups of channels that it can be split into, the heaviest first."""

    desired: DesiredState
    groups: tuple[tuple[str, ...], ...]

    @property
    def weight(self) -> int:
        """Of the whole account."""
        return 1 + sum(map(_channels, self.groups))

    def pieces(self, parts: int) -> Iterator[Piece]:
        """The account in so many parts."""
        if parts == 1:
            yield Piece(desired=self.desired, weight=self.weight)
            return
        for names in _spread(self.groups, parts, weigh=_channels):
            chosen = frozenset(name for group in names for name in group)
            yield Piece(
                desired=replace(self.desired, selected=chosen - {LEFT}, also_left=LEFT in chosen),
                weight=1 + _channels(chosen),
                split=True,
            )


def load_of(desired: DesiredState, base: Base) -> Load:
    """What one account weighs, and where it can be split."""
    names = [channel.name for channel in desired.planned]
    takers: dict[str, list[str]] = {}
    for channel in desired.planned:
        for number in channel.numbers:
            takers.setdefault(number, []).append(channel.name)
    joined = _Joined([*names, LEFT] if desired.looks_at_left else names)
    if names and not _has_left(desired, base):
        joined.join(names[0], LEFT)  # there is nothing to see, and still somebody has to look
    givers = [(name, entry.pool) for name, entry in base.channels.items()]
    givers += [(LEFT, one.entry.pool) for one in base.departed.values()]
    for giver, pool in givers:
        for taker in (name for number in pool for name in takers.get(number, ())):
            joined.join(giver if giver in joined else LEFT, taker)
    groups = sorted(joined.groups(), key=lambda group: (-len(group), group))
    return Load(desired=desired, groups=tuple(groups))


def _has_left(desired: DesiredState, base: Base) -> bool:
    known = base.channels.keys() | base.creating.keys()
    return bool(base.departed or known - {channel.name for channel in desired.channels})


def shared(loads: Sequence[Load], shards: int) -> tuple[Shard, ...]:
    """So many shards, none much heavier than the mean where that can be. Deterministic."""
    parts = dict.fromkeys((load.desired.account for load in loads), 1)
    while True:
        pieces = [piece for load in loads for piece in load.pieces(parts[load.desired.account])]
        found = tuple(map(_together, _spread(pieces, shards, weigh=lambda piece: piece.weight)))
        worst = max(found, key=_weight, default=())
        if _weight(worst) * shards <= FAIR * sum(map(_weight, found)):
            return found
        by_name = {load.desired.account: load for load in loads}
        candidates = [by_name[piece.desired.account] for piece in sorted(worst, key=lambda piece: -piece.weight)]
        load = next((one for one in candidates if parts[one.desired.account] < len(one.groups)), None)
        if load is None:
            return found
        name = load.desired.account
        fair = load.weight * shards // sum(map(_weight, found))
        parts[name] = min(max(parts[name] + 1, fair), len(load.groups))


def fitted(loads: Sequence[Load], most: int) -> tuple[Shard, ...]:
    """As many shards as have something to do, and at most so many; at least one."""
    return next((found for n in range(most, 0, -1) if all(found := shared(loads, n))), ((),))


def _together(shard: Shard) -> Shard:
    """The shard with one piece an account: parts of one account that came together are one part."""
    found: dict[str, Piece] = {}
    for piece in shard:
        if (other := found.get(piece.account)) is None:
            found[piece.account] = piece
            continue
        chosen = (piece.desired.selected or frozenset()) | (other.desired.selected or frozenset())
        also_left = piece.desired.also_left or other.desired.also_left
        found[piece.account] = replace(
            piece,
            desired=replace(piece.desired, selected=chosen, also_left=also_left),
            weight=piece.weight + other.weight - 1,
        )
    return tuple(found[name] for name in sorted(found))


def _channels(names: Iterable[str]) -> int:
    return sum(1 for name in names if name != LEFT)


def _weight(shard: Iterable[Piece]) -> int:
    return sum(piece.weight for piece in shard)


def _spread(items: Iterable[T], bins: int, *, weigh: Callable[[T], int]) -> tuple[tuple[T, ...], ...]:
    """The heaviest item first, each into the bin that is lightest so far."""
    waiting = [(0, index) for index in range(bins)]
    filled: list[list[T]] = [[] for _ in range(bins)]
    for item in sorted(items, key=weigh, reverse=True):
        weight, index = waiting[0]
        filled[index].append(item)
        heapq.heapreplace(waiting, (weight + weigh(item), index))
    return tuple(map(tuple, filled))


class _Joined:
    """Names in groups that grow together."""

    def __init__(self, names: Iterable[str]) -> None:
        self._leader = {name: name for name in names}

    def __contains__(self, name: str) -> bool:
        return name in self._leader

    def join(self, one: str, other: str) -> None:
        """Names that nobody plans are no matter."""
        if one in self and other in self:
            first, second = sorted((self._of(one), self._of(other)))
            self._leader[second] = first

    def _of(self, name: str) -> str:
        while self._leader[name] != name:
            self._leader[name] = name = self._leader[self._leader[name]]
        return name

    def groups(self) -> Iterator[tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name in sorted(self._leader):
            found.setdefault(self._of(name), []).append(name)
        return map(tuple, found.values())
