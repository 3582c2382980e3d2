"""What a run is asked for, as options say it; nothing here needs more than the command line itself."""

from __future__ import annotations

import click

from smsops.frozen import Frozen
from smsops.reasons import Gate

MOST_SHARDS = 256
"""GitHub runs at most 256 jobs of one matrix."""


class Wish(Frozen):
    """What a run is asked for."""

    channels: tuple[str, ...] = ()
    """Names of the channels to plan; none means all."""
    since: str | None = None
    """Only what asks for something else than at this revision."""
    shard: tuple[int, int] | None = None
    """Which part of how many, from 1."""
    allow: frozenset[Gate] = frozenset()
    concurrency: int = 32
    """The most requests at a time, for each account."""

    @property
    def partial(self) -> bool:
        """Whether only some channels are asked for."""
        return bool(self.channels) or self.since is not None


class ShardType(click.ParamType[tuple[int, int]]):
    """`I/N`, from `1/1` to `256/256`."""

    name = "shard"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        left, slash, right = str(value).partition("/")
        if slash and _is_number(left) and _is_number(right) and 1 <= int(left) <= int(right) <= MOST_SHARDS:
            return int(left), int(right)
        self.fail(f"{value!r} is no shard; write I/N, from 1/1 to {MOST_SHARDS}/{MOST_SHARDS}.", param, ctx)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3
