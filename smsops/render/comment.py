"""The one comment of a pull request that every push rewrites: found by its first line, compared by its second.

The comment before may have been edited by anybody who may write to the pull request. So what it says of itself is
parsed strictly, serves only to tell what is new since, and is never shown but for a short id of letters and digits.
"""

from __future__ import annotations

import re

from smsops.changes import Change, Risk, UpdateService, change_to_json, digest, sort_key
from smsops.frozen import Frozen, replace
from smsops.planned import Plan
from smsops.render.cutting import LIMIT, size
from smsops.render.drawn import Drawn
from smsops.render.escape import code
from smsops.render.plain import clean, counted
from smsops.render.plan_page import plan_page
from smsops.render.text import SIGNS, subject

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""What names a comment among those of one pull request."""
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_STATE = re.compile(
    r"<!-- smsops state 1 (?P<plan>sha256:[0-9a-f]{64}) (?P<commit>[0-9a-f]{7,64}|-) "
    r"(?P<changes>-|\.(?:[0-9a-f]{10})*) -->"
)
_DIGITS = 10
_COMPARED = 1_000
"""Changes that a comment remembers, at ten bytes each; of a larger plan it keeps the id only."""
_NAMES = 10
"""New changes that are named."""


class _State(Frozen):
    """What a comment remembers of its plan."""

    plan: str
    commit: str
    """'-' when the plan was made outside git."""
    changes: frozenset[str] | None
    """A short digest for each change; None when there are too many."""

    @property
    def line(self) -> str:
        changes = "-" if self.changes is None else "." + "".join(sorted(self.changes))
        return f"<!-- smsops state 1 {self.plan} {self.commit} {changes} -->"


def marker(key: str) -> str:
    """The first line of the comment, by which it is found again. Raises ValueError for a key that cannot be one."""
    if not KEY.fullmatch(key):
        raise ValueError(f"A comment's key is 1 to 40 of a-z, 0-9 and -, and starts with no -: {clean(key)}")
    return f"<!-- smsops comment {key} -->"


def comment_markdown(drawn: Drawn, *, key: str, previous: str | None) -> str:
    """The comment of a plan, at most 60,000 bytes; `previous` is the comment that it replaces.

    Raises ValueError for a key that cannot be one.
    """
    by_digest = {_short(change): change for change in drawn.plan.changes}
    state = _state(drawn.plan, frozenset(by_digest))
    note = "\n\n".join(filter(None, (_how_to_approve(drawn.plan), _since(previous, state, by_digest))))
    text, hidden = _comment(drawn, key, state, note)
    if hidden:
        # A removal is worth more than what the next push can say of this one.
        text, _ = _comment(drawn, key, replace(state, changes=None), note)
    return text


def _how_to_approve(plan: Plan) -> str:
    """What binds an approval to this very plan; '' where there is nothing to approve."""
    if not plan.changes or plan.refused:
        return ""
    return f"To approve exactly this, write `{plan.plan_id.removeprefix('sha256:')[:12]}` into an approving review."


def _comment(drawn: Drawn, key: str, state: _State, note: str) -> tuple[str, int]:
    head = f"{marker(key)}\n{state.line}\n"
    page = plan_page(drawn, limit=LIMIT - size(head), note=note)
    return head + page.text, page.hidden


def no_plan_markdown(*, key: str, commit: str | None, previous: str | None) -> str:
    """The comment of a push that could not be planned: nobody shall approve what an earlier push planned.

    Raises ValueError for a key that cannot be one.
    """
    before = _parsed(previous)
    lines = [marker(key), *([before.line] if before else []), ""]
    of = f" for commit {code(commit[:12])}" if commit else ""
    lines += ["## No plan: planning failed", "", f"There is no plan{of}. The log of this run says why.", ""]
    lines.append("> **A plan of an earlier push does not count for this one. Do not approve it.**")
    if before:
        lines += ["", f"The last plan was `{before.plan[:19]}…`, {_made_from(before)}."]
    return "\n".join(lines) + "\n"


def _made_from(state: _State) -> str:
    return "made outside git" if state.commit == "-" else f"made from commit `{state.commit[:12]}`"


def _state(plan: Plan, changes: frozenset[str]) -> _State:
    commit = plan.commit if plan.commit and _COMMIT.fullmatch(plan.commit) else "-"
    return _State(plan=plan.plan_id, commit=commit, changes=changes if len(changes) <= _COMPARED else None)


def _short(change: Change) -> str:
    """What tells one change from another: not where it is declared, what a gate says, or what it rests on."""
    rest = {"cause", "refused", "precondition"}
    return digest({key: value for key, value in change_to_json(change).items() if key not in rest}).removeprefix(
        "sha256:"
    )[:_DIGITS]


def _parsed(previous: str | None) -> _State | None:
    """What the comment before remembers; None when it is no comment of ours, or not as we wrote it."""
    lines = (previous or "").split("\n", 2)
    found = _STATE.fullmatch(lines[1].rstrip("\r")) if len(lines) > 1 else None
    if not found or len(found["changes"]) > 1 + _DIGITS * _COMPARED:
        return None
    text = found["changes"].removeprefix(".")
    changes = frozenset(text[start : start + _DIGITS] for start in range(0, len(text), _DIGITS))
    return _State(plan=found["plan"], commit=found["commit"], changes=None if text == "-" else changes)


def _since(previous: str | None, now: _State, by_digest: dict[str, Change]) -> str:
    """What is new since the last push, in a sentence."""
    before = _parsed(previous)
    if previous is None:
        return "This is the first plan here."
    if before is None:
        return "Since the last push: not known, because the comment before does not say what it planned."
    if before.plan == now.plan:
        return f"Since the last push: the same plan. It was {_made_from(before)} then."
    if before.changes is None or now.changes is None:
        return "Since the last push: another plan. There are too many changes to tell which are new."
    new, gone = now.changes - before.changes, before.changes - now.changes
    if not new and not gone:
        return "Since the last push: the same changes, but the account is not as it was then, so the id is new."
    named = _named([by_digest[one] for one in new])
    return f"Since the last push: {counted(len(new), 'change')} new{named}, {len(gone):,} gone."


def _named(changes: list[Change]) -> str:
    """The first of the new changes, high risk first."""
    ordered = sorted(changes, key=lambda change: (change.risk is not Risk.HIGH, sort_key(change)))
    names = ", ".join(code(_about(change), 80) for change in ordered[:_NAMES])
    more = f" and {len(ordered) - _NAMES:,} more" if len(ordered) > _NAMES else ""
    return f" ({names}{more})" if names else ""


def _about(change: Change) -> str:
    what = ", ".join(diff.field for diff in change.fields) if isinstance(change, UpdateService) else subject(change)
    return f"{SIGNS[change.action][0]} {change.channel}: {what}"
