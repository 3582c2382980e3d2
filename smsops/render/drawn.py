"""A plan with what its renderers need beside it, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping

from smsops.frozen import Frozen
from smsops.model import Channel
from smsops.planned import Plan, plan_to_json
from smsops.render.documents import dumped


class Drawn(Frozen):
    """A plan that is to be shown."""

    plan: Plan
    channels: Mapping[str, Channel] = {}
    """The channels of the project by name, for labels and for where replies go."""
    since: str | None = None
    """The revision since which channels changed, where only those were looked at."""
    shard: tuple[int, int] | None = None
    """Which part of how many this is; None is all."""
    is_saved: bool = False
    """Whether it stands in a file, so that its id and its end are worth telling."""
    next_command: str = ""
    """What carries the plan out; empty when the caller does so itself."""
    allow_command: str = ""
    """What `--allow` is added to; empty where that is `next_command`."""


def plan_json(drawn: Drawn, *, color: bool) -> str:
    """The document of contract 4.1."""
    return dumped(plan_to_json(drawn.plan))
