"""A plan for people (contract 4.2): one block a channel, high risk first, the summary and the next command last.

The signs `+ ~ - →` carry the meaning; colour only repeats them. What stops the plan stands below the blocks, next to
the summary, where a long plan ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

from smsops.changes import (
    ALLOWABLE,
    AttachNumber,
    Change,
    Class,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    Gate,
    MoveNumber,
    Risk,
    UpdateService,
    Value,
    masked,
    sort_key,
)
from smsops.diagnostics import Severity
from smsops.model import Channel, Direction
from smsops.planned import HeldBack, Plan
from smsops.render.drawn import Drawn, plan_json
from smsops.render.findings import findings_text
from smsops.render.plain import Paint, clean, counted, painted

_ABANDONED = "no channel has the service any more"
HELD_BACK = (
    (Gate.PRUNE, False, "no channel declares the number, and it was in the pool before smsops first applied it"),
    (Gate.PRUNE, True, f"{_ABANDONED}, and the number would be in no pool"),
    (Gate.DELETE_SERVICE, True, f"{_ABANDONED}; deleting it also empties its pool"),
)
"""Why a change waits, also by whether no channel is bound to its service. What is refused is a finding, and says so
itself.
"""

SIGNS = {
    "service.create": ("+", Paint.ADD),
    "service.update": ("~", Paint.CHANGE),
    "number.attach": ("+", Paint.ADD),
    "number.move": ("→", Paint.MOVE),
    "number.detach": ("-", Paint.REMOVE),
    "service.delete": ("-", Paint.REMOVE),
}

_QUIET = {
    ("webhook_method", "POST"),
    ("fallback_method", "POST"),
    ("use_inbound_webhook_on_number", False),
}
"""What goes without saying of a new service."""

_RISKS = (Risk.HIGH, Risk.MEDIUM, Risk.LOW)

_CLASS_HEADINGS = {
    Class.INTENDED: "",
    Class.DRIFT: "drift: changed in the account, not in git",
    Class.CONFLICT: "conflict: changed in the account and in git",
}


def plan_text(drawn: Drawn, *, color: bool) -> str:
    """The whole plan: blocks, findings, what is held back, summary, next command."""
    plan = drawn.plan
    parts = [_block(block, drawn, color=color) for block in _blocks(plan)]
    parts.append(findings_text(plan.findings, color=color))
    parts.append(_held_back(plan))
    parts.append(_summary(drawn, color=color))
    return "\n".join(part for part in parts if part)


# --- blocks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    account: str
    channel: str
    steps: tuple[Change | HeldBack, ...]


def _change(step: Change | HeldBack) -> Change:
    return step.change if isinstance(step, HeldBack) else step


def _by_risk(step: Change | HeldBack) -> tuple[int, tuple[int, str, str, str]]:
    change = _change(step)
    return (_RISKS.index(change.risk), sort_key(change))


def _blocks(plan: Plan) -> list[_Block]:
    grouped: dict[tuple[str, str], list[Change | HeldBack]] = {}
    for step in (*plan.changes, *plan.held_back):
        change = _change(step)
        grouped.setdefault((change.account, change.channel), []).append(step)
    blocks = [_Block(*names, tuple(sorted(steps, key=_by_risk))) for names, steps in grouped.items()]
    return sorted(blocks, key=lambda block: (_by_risk(block.steps[0])[0], block.account, block.channel))


def _block(block: _Block, drawn: Drawn, *, color: bool) -> str:
    channel = drawn.channels.get(block.channel)
    lines = [_heading(block, drawn.plan, color=color)]
    for klass in Class:
        steps = [step for step in block.steps if _change(step).klass is klass]
        if steps and _CLASS_HEADINGS[klass]:
            lines.append(f"  {_CLASS_HEADINGS[klass]}")
        for step in steps:
            lines += _step(step, channel, color=color)
    if channel and any(isinstance(_change(step), CreateService | UpdateService) for step in block.steps):
        lines.append(f"  {routing(channel)}")
    return "\n".join(lines) + "\n"


def _heading(block: _Block, plan: Plan, *, color: bool) -> str:
    bound = {name: sid for a in plan.accounts if a.account == block.account for name, sid in a.bound}
    creates = any(isinstance(step, CreateService) for step in block.steps)
    sid = "new service" if creates else clean(bound.get(block.channel, "left git"))
    about = painted(f"(account {clean(block.account)}, {sid})", Paint.FAINT, color=color)
    return f"{painted(clean(block.channel), Paint.STRONG, color=color)} {about}"


def _step(step: Change | HeldBack, channel: Channel | None, *, color: bool) -> Iterator[str]:
    change = _change(step)
    sign, paint = SIGNS[change.action]
    note = _note(step)
    if isinstance(change, UpdateService):
        for diff in change.fields:
            yield "  " + painted(f"{sign} {_field_diff(diff)}", paint, color=color) + note
        return
    yield "  " + painted(f"{sign} {subject(change, channel)}", paint, color=color) + note
    if isinstance(change, CreateService):
        for diff in change.fields:
            if (diff.name, diff.after) not in _QUIET and diff.after not in ("", None):
                yield f"      {clean(diff.field)}: {shown(diff.after)}"


def _note(step: Change | HeldBack) -> str:
    if isinstance(step, HeldBack):
        return f"  held back: {step.reason}"
    return f"  refused: {step.refused}" if step.refused else ""


def _field_diff(diff: FieldDiff) -> str:
    return f"{clean(diff.field)}: {shown(diff.before)} → {shown(diff.after)}"


def subject(change: Change, channel: Channel | None = None) -> str:
    """What a change is about, in words: `number +12065550101 (Ballard clinic)`."""
    match change:
        case CreateService() | DeleteService() | UpdateService():
            return "messaging service"
        case AttachNumber() | DetachNumber():
            return f"number {clean(change.number)}{_label(change.number, channel)}"
        case MoveNumber():
            holder = change.from_channel or f"{change.from_service_sid}, which no channel declares"
            return f"number {clean(change.number)}{_label(change.number, channel)} from {clean(holder)}"
        case _ as never:
            assert_never(never)


def _label(number: str, channel: Channel | None) -> str:
    senders = channel.senders if channel else ()
    label = next((sender.label for sender in senders if sender.number == number), None)
    return f" ({clean(label)})" if label else ""


def shown(value: Value) -> str:
    """A setting's value in words; user info of a URL is masked."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "(none)" if value in ("", None) else clean(masked(value))


def routing(channel: Channel) -> str:
    """Where replies end up, in a sentence (contract 2.3)."""
    if channel.receives:
        stops = " Twilio has no switch that stops sending." if channel.direction is Direction.INBOUND else ""
        return f"Replies go to {host_of(channel.settings.webhook_url)}.{stops}"
    why = "" if channel.enabled else " while the channel is disabled"
    return f"Replies are dropped{why}, and not logged."


def host_of(url: object) -> str:
    """The host of a URL, without user info; the URL itself when it has none."""
    try:
        host = urlsplit(str(url)).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return clean(host or url)


# --- gates and summary -------------------------------------------------------------------------------------


def _held_back(plan: Plan) -> str:
    bound = {(account.account, *pair) for account in plan.accounts for pair in account.bound}
    counts = Counter((step.reason, _place(step.change) not in bound) for step in plan.held_back)
    return "".join(
        f"Held back, {gate} ({counted(counts[gate, left], 'change')}): {why}. To let it through: --allow {gate}\n"
        for gate, left, why in HELD_BACK
        if counts[gate, left]
    )


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
    sentences = [f"Plan: {verbs}." if verbs else "No changes."]
    if counts["unchanged"]:
        sentences.append(f"{counted(counts['unchanged'], 'channel')} unchanged.")
    if counts["held_back"]:
        sentences.append(f"{counted(counts['held_back'], 'change')} held back.")
    if counts["refused"]:
        sentences.append(f"{counted(counts['refused'], 'change')} refused.")
    return " ".join(sentences)


def _summary(drawn: Drawn, *, color: bool) -> str:
    plan = drawn.plan
    lines = [painted(summary_text(plan), Paint.STRONG, color=color)]
    if plan.partial:
        lines.append("This plan is partial: it looked only at the channels that were named.")
    lines += _next(drawn)
    return "\n".join(lines) + "\n"


def _next(drawn: Drawn) -> Iterator[str]:
    plan = drawn.plan
    gates = {change.refused for change in plan.refused if change.refused}
    if not drawn.next_command or unanswerable(plan):
        return
    if gates and gates <= set(ALLOWABLE):
        allowed = "".join(f" --allow {gate}" for gate in Gate if gate in gates)
        yield f"Next: change the files, or, when this is meant: {clean(drawn.next_command)}{allowed}"
    elif plan.changes and not gates:
        yield f"Next: {clean(drawn.next_command)}"


def unanswerable(plan: Plan) -> bool:
    """Whether files ask for what the account does not have: an error finding that no gate put there."""
    return any(f.severity is Severity.ERROR and not f.code.startswith("SMS5") for f in plan.findings)


PLAN = {"text": plan_text, "json": plan_json}
