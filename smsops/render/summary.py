"""How a plan ends: what is held back and why, the counts, and the next command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from smsops.changes import ALLOWABLE, Change, CreateService, Gate
from smsops.diagnostics import Severity
from smsops.planned import Plan
from smsops.render.drawn import Drawn
from smsops.render.plain import Paint, clean, counted, painted

_DEPARTED = "no channel has the service any more"
HELD_BACK = (
    (Gate.PRUNE, False, "no channel declares the number, and it was in the pool before smsops first applied it"),
    (Gate.PRUNE, True, f"{_DEPARTED}, and the number would be in no pool"),
    (Gate.DELETE_SERVICE, True, f"{_DEPARTED}; deleting it also empties its pool"),
    (Gate.DRIFT, False, "the account changed it, and policy.drift is report"),
    (Gate.DRIFT, True, "the account changed it, and policy.drift is report"),
)
"""Why a change waits, also by whether no channel is bound to its service. What is refused is a finding, and says so
itself.
"""

_GATES = {"SMS501": Gate.LIMIT, "SMS502": Gate.PROTECTED, "SMS503": Gate.TAKEOVER, "SMS510": Gate.CONFLICT}


PARTIAL = "This plan is partial: it looked only at some of the channels."


def partial_text(drawn: Drawn) -> str:
    """What a partial plan did not look at."""
    if drawn.shard is not None:
        index, count = drawn.shard
        if count == 1:
            return "This is the only shard: nothing applies it before smsops plan merge has read it."
        return f"This is shard {index} of {count}, and no whole plan: nothing applies it before all are merged."
    if drawn.since is not None:
        return f"This plan is partial: it looked only at what changed since {clean(drawn.since)}."
    return PARTIAL


def held_back_text(plan: Plan) -> str:
    """Why changes wait, a line for each reason."""
    return "".join(f"{sentence}\n" for sentence in held_back_sentences(plan))


def held_back_sentences(plan: Plan) -> Iterator[str]:
    """Why changes wait, and the way out, for each reason."""
    if not (waiting := plan.held_back):
        return
    bound = {(account.account, *pair) for account in plan.accounts for pair in account.bound}
    counts = Counter((step.reason, _place(step.change) not in bound) for step in waiting)
    for gate, left, why in HELD_BACK:
        if counts[gate, left]:
            yield f"Held back, {gate} ({counted(counts[gate, left], 'change')}): {why}.{_way_out(gate)}"


def _way_out(gate: Gate) -> str:
    return f" To let it through: --allow {gate}" if gate in ALLOWABLE else " To revert it: policy.drift: revert"


def _place(change: Change) -> tuple[str, str, str | None]:
    sid = None if isinstance(change, CreateService) else change.service_sid
    return (change.account, change.channel, sid)


_SUMMARY = (
    ("create", "service"),
    ("update", "service"),
    ("attach", "number"),
    ("move", "number"),
    ("detach", "number"),
    ("delete", "service"),
)


def summary_text(plan: Plan) -> str:
    """The counts in one line: `Plan: create 1 service, attach 2 numbers. 11 channels unchanged.`"""
    counts = plan.summary()
    verbs = ", ".join(f"{verb} {counted(counts[verb], noun)}" for verb, noun in _SUMMARY if counts[verb])
    nothing = "Nothing will be changed." if counts["held_back"] else "No changes."
    sentences = [f"Plan: {verbs}." if verbs else nothing]
    if counts["unchanged"]:
        sentences.append(f"{counted(counts['unchanged'], 'channel')} unchanged.")
    if counts["held_back"]:
        sentences.append(f"{counted(counts['held_back'], 'change')} held back.")
    if counts["refused"]:
        sentences.append(f"{counted(counts['refused'], 'change')} refused.")
    return " ".join(sentences)


def end_text(drawn: Drawn, *, color: bool) -> str:
    """The last lines: counts, whether the plan is partial, and the next command."""
    plan = drawn.plan
    lines = [painted(summary_text(plan), Paint.STRONG, color=color)]
    if plan.partial:
        lines.append(partial_text(drawn))
    if drawn.is_saved:
        lines.append(f"Plan id: {plan.plan_id}, good until {clean(plan.expires_at)}.")
    lines += [f"{lead}: {command}" for lead, command in next_steps(drawn)]
    return "\n".join(lines) + "\n"


def next_steps(drawn: Drawn) -> Iterator[tuple[str, str]]:
    """What to run next: the words before it, and the command, which is clean."""
    plan = drawn.plan
    # A change bears one gate's name; the findings tell of every gate that it met.
    gates = {change.refused for change in plan.refused if change.refused}
    gates |= {_GATES[finding.code] for finding in plan.findings if finding.code in _GATES}
    again = clean(drawn.allow_command or drawn.next_command)
    if not drawn.next_command or unanswerable(plan):
        return
    if gates and gates <= set(ALLOWABLE):
        yield "Next: change the files, or, when this is meant", f"{again}{_allowing(gates)}"
    elif plan.changes and not gates:
        yield "Next", clean(drawn.next_command)
    elif plan.held_back and not gates:
        waiting = {held.reason for held in plan.held_back} & set(ALLOWABLE)
        if waiting:
            yield "Next, when this is meant", f"{again}{_allowing(waiting)}"


def _allowing(gates: Set[Gate]) -> str:
    return "".join(f" --allow {gate}" for gate in Gate if gate in gates)


def unanswerable(plan: Plan) -> bool:
    """Whether files ask for what the account does not have: an error finding that no gate put there."""
    return any(f.severity is Severity.ERROR and not f.code.startswith("SMS5") for f in plan.findings)
