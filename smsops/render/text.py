"""A plan for people (contract 4.2): one block a channel, high risk first, the summary and the next command last.

The signs `+ ~ - →` carry the meaning; colour only repeats them. What stops the plan stands below the blocks, next to
the summary, where a long plan ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never
from urllib.parse import urlsplit

from smsops.changes import (
    AttachNumber,
    Change,
    Class,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    MoveNumber,
    Risk,
    UpdateService,
    sort_key,
)
from smsops.frozen import Frozen
from smsops.masking import Kept, masked
from smsops.model import Channel, Direction
from smsops.numbers import is_toll_free
from smsops.planned import AlreadyDone, HeldBack, Plan
from smsops.render.drawn import Drawn
from smsops.render.findings import findings_text
from smsops.render.plain import Paint, clean, painted
from smsops.render.summary import end_text, held_back_text

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

Step = Change | HeldBack
"""What is done, or waits."""

_RISKS = (Risk.HIGH, Risk.MEDIUM, Risk.LOW)

_REGISTRATION = "Carrier registration of a US number starts anew when it leaves a pool; until then messages may fail."

_CLASS_HEADINGS = {
    Class.INTENDED: "",
    Class.DRIFT: "drift: changed in the account, not in git",
    Class.CONFLICT: "conflict: changed in the account and in git",
}


def plan_text(drawn: Drawn, *, color: bool) -> str:
    """The whole plan: blocks, findings, what is held back, summary, next command."""
    plan = drawn.plan
    found = blocks(plan)
    services = services_of(plan) if found else {}
    parts = [_block(block, drawn, services, color=color) for block in found]
    parts.append(already_done_text(plan, color=color))
    parts.append(findings_text(plan.findings, color=color))
    parts.append(held_back_text(plan))
    parts.append(end_text(drawn, color=color))
    return "\n".join(part for part in parts if part)


# --- blocks ------------------------------------------------------------------------------------------------


class Block(Frozen, kw_only=False):
    """What happens to one channel, high risk first."""

    account: str
    channel: str
    steps: tuple[Step, ...]


class Line(Frozen, kw_only=False):
    """One line about a change; everything in it is clean."""

    words: str
    sign: str = ""
    """One of `+ ~ - →`; '' for what a new service is set to, which stands below its own line."""
    note: str = ""
    """Whether it waits or is refused, and why."""
    paint: Paint = Paint.FAINT


def change_of(step: Step) -> Change:
    return step.change if isinstance(step, HeldBack) else step


def _by_risk(step: Step) -> tuple[int, tuple[int, str, str, str, str]]:
    change = change_of(step)
    return (_RISKS.index(change.risk), sort_key(change))


def services_of(plan: Plan) -> Mapping[tuple[str, str], str]:
    """The SID of every planned channel's service, by account and channel."""
    return {(a.account, name): sid for a in plan.accounts for name, sid in a.bound}


def blocks(plan: Plan) -> list[Block]:
    """Every channel that something happens to, high risk first."""
    grouped: dict[tuple[str, str], list[Step]] = {}
    for step in (*plan.changes, *plan.held_back):
        change = change_of(step)
        grouped.setdefault((change.account, change.channel), []).append(step)
    found = [Block(*names, tuple(sorted(steps, key=_by_risk))) for names, steps in grouped.items()]
    return sorted(found, key=lambda block: (_by_risk(block.steps[0])[0], block.account, block.channel))


def by_class(block: Block) -> Iterator[tuple[str, list[Step]]]:
    """The steps under a heading for each class; what git asks for has none."""
    for klass in Class:
        steps = [step for step in block.steps if change_of(step).klass is klass]
        if steps:
            yield _CLASS_HEADINGS[klass], steps


def reply_sentences(block: Block, channel: Channel | None) -> Iterator[str]:
    """What becomes of replies, where the service is written."""
    if channel and any(isinstance(change_of(step), CreateService | UpdateService) for step in block.steps):
        yield routing(channel)


def registration_sentences(steps: Iterable[Step]) -> Iterator[str]:
    """What becomes of carrier registration, where a number loses it."""
    if any(_loses_registration(step) for step in steps):
        yield _REGISTRATION


def outcome_sentences(block: Block, channel: Channel | None) -> Iterator[str]:
    """What the changes come to."""
    yield from reply_sentences(block, channel)
    yield from registration_sentences(block.steps)


def _block(block: Block, drawn: Drawn, services: Mapping[tuple[str, str], str], *, color: bool) -> str:
    channel = drawn.channels.get(block.channel)
    told = [_heading(block, services, color=color)]
    for heading, steps in by_class(block):
        told += [f"  {heading}"] if heading else []
        told += [_line(line, color=color) for step in steps for line in lines_of(step, channel)]
    told += [f"  {sentence}" for sentence in outcome_sentences(block, channel)]
    return "\n".join(told) + "\n"


def _line(line: Line, *, color: bool) -> str:
    if not line.sign:
        return f"      {line.words}"
    return "  " + painted(f"{line.sign} {line.words}", line.paint, color=color) + line.note


def _loses_registration(step: Step) -> bool:
    """Whether a US long code leaves its pool, which starts its carrier registration anew (twilio.md 4.1)."""
    if not isinstance(step, MoveNumber | DetachNumber):
        return False
    return step.number.startswith("+1") and not is_toll_free(step.number)


def service_of(block: Block, services: Mapping[tuple[str, str], str]) -> str:
    """The SID, or in words why there is none."""
    if any(isinstance(step, CreateService) for step in block.steps):
        return "new service"
    return clean(services.get((block.account, block.channel), "left git"))


def _heading(block: Block, services: Mapping[tuple[str, str], str], *, color: bool) -> str:
    about = painted(f"(account {clean(block.account)}, {service_of(block, services)})", Paint.FAINT, color=color)
    return f"{painted(clean(block.channel), Paint.STRONG, color=color)} {about}"


def lines_of(step: Step, channel: Channel | None) -> Iterator[Line]:
    """A line a setting of an update; else a line for the change, and what a new service is set to below it."""
    change = change_of(step)
    sign, paint = SIGNS[change.action]
    note = _note(step)
    if isinstance(change, UpdateService):
        for diff in change.fields:
            yield Line(_field_diff(diff), sign, note, paint)
        return
    yield Line(subject(change, channel), sign, note, paint)
    if isinstance(change, CreateService):
        for diff in change.fields:
            if (diff.name, diff.after) not in _QUIET and diff.after not in ("", None):
                yield Line(f"{clean(diff.field)}: {shown(diff.after)}")


def _note(step: Step) -> str:
    if isinstance(step, HeldBack):
        return f"  held back: {step.reason}"
    return f"  refused: {step.refused}" if step.refused else ""


def _field_diff(diff: FieldDiff) -> str:
    return f"{clean(diff.field)}: {shown(diff.before)} → {shown(diff.after)}"


def already_done_text(plan: Plan, *, color: bool) -> str:
    """What git changed and the account has the same way: told, so that nobody looks for it among the changes."""
    return "".join(
        painted(f"= {clean(done.channel)}: {held(done)}", Paint.FAINT, color=color) + "  already done\n"
        for done in plan.already_done
    )


def held(done: AlreadyDone) -> str:
    """What the account has already, in words."""
    if done.what == "phone_numbers":
        return f"number {clean(done.value)}"
    return f"{clean(done.what)}: {shown(done.value)}"


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


def shown(value: Kept) -> str:
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
    sends = "" if channel.enabled else " smsops does not stop sending."
    return f"Replies are dropped{why}, and not logged.{sends}"


def host_of(url: object) -> str:
    """The host of a URL, without user info; the URL itself when it has none."""
    try:
        host = urlsplit(str(url)).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return clean(host or url)
