"""What a reader of a plan must know beside the changes: why some are refused or wait, and what moved outside git.

The sentences are ours, and names stand in `code`, which Markdown and HTML read alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from smsops.changes import Class
from smsops.planned import Plan
from smsops.render.drawn import Drawn
from smsops.render.escape import code
from smsops.render.plain import counted
from smsops.render.summary import held_back_sentences, partial_text, unanswerable

_NAMES = 5
"""Channels that a sentence names."""

HEADING = "Refused, held back, drift"
_BLOCKED = "This plan is not applied as it is: what is refused, or is an error below, comes first."
_DIRTY = "The work tree held changes that are in no commit."


def warnings(drawn: Drawn) -> Iterator[str]:
    """What stands above everything else."""
    plan = drawn.plan
    if plan.refused or unanswerable(plan):
        yield _BLOCKED
    if plan.partial:
        # The revision in the sentence is whatever somebody typed.
        yield partial_text(drawn) if drawn.since is None else code(partial_text(drawn), 300)
    if plan.dirty:
        yield _DIRTY


def reasons(plan: Plan) -> Iterator[str]:
    """A sentence for each reason why changes are refused or wait, and for what moved outside git."""
    refused = plan.refused
    for gate, count in sorted(Counter(change.refused for change in refused if change.refused).items()):
        names = _named([change.channel for change in refused if change.refused is gate])
        yield f"Refused, {gate} ({counted(count, 'change')}): {names}. Nothing is written."
    yield from held_back_sentences(plan)
    for klass, where in ((Class.CONFLICT, "in the account and in git"), (Class.DRIFT, "in the account, not in git")):
        moved = [change.channel for change in plan.changes if change.klass is klass]
        if moved:
            yield f"{klass.capitalize()} ({counted(len(moved), 'change')}), changed {where}: {_named(moved)}."
    if plan.already_done:
        yield f"Already done ({len(plan.already_done):,}): the account has it as git asks for it."


def _named(channels: Sequence[str]) -> str:
    names = sorted(set(channels))
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return ", ".join(code(name, 63) for name in names[:_NAMES]) + more
