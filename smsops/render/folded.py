"""One folded part of a Markdown page for each channel of a plan: a line that says what happens, and a `diff` fence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from smsops.changes import AttachNumber, Change, CreateService, DetachNumber, MoveNumber, Risk, UpdateService
from smsops.frozen import replace
from smsops.masking import Kept, masked
from smsops.model import Channel
from smsops.planned import HeldBack
from smsops.render.cutting import Detail, Weight
from smsops.render.drawn import Drawn
from smsops.render.escape import clipped, code, fence
from smsops.render.plain import counted
from smsops.render.text import (
    Block,
    Line,
    Step,
    blocks,
    by_class,
    change_of,
    lines_of,
    outcome_sentences,
    reply_sentences,
    service_of,
    services_of,
)

_WEIGHTS = {Risk.LOW: Weight.LOW, Risk.MEDIUM: Weight.MEDIUM, Risk.HIGH: Weight.HIGH}
MARKS = {"+": "+", "-": "-", "~": "! ~", "→": "! →"}
"""How a line starts, so that a `diff` fence gets its colours: the signs of a plan stay in it."""
_FEW = 2
"""Numbers of one kind that the lean form of a channel still lists; what is simply added is left to the counts."""
_LINE = 500
_VALUE = 200
"""Characters of a line and of a value in the lean form."""
_VERBS = (
    ("service.create", "create", "service"),
    ("service.update", "update", "setting"),
    ("number.attach", "attach", "number"),
    ("number.move", "move in", "number"),
    ("number.detach", "detach", "number"),
    ("service.delete", "delete", "service"),
)


def details(drawn: Drawn) -> list[Detail]:
    """Every channel that something happens to, high risk first, those with only additions last."""
    services = services_of(drawn.plan)
    found = [_detail(block, drawn.channels.get(block.channel), services) for block in blocks(drawn.plan)]
    return sorted(found, key=lambda detail: -detail.weight)


def _detail(block: Block, channel: Channel | None, services: Mapping[tuple[str, str], str]) -> Detail:
    head = f"  messaging service {service_of(block, services)}"
    full = [head, *_lines(block, channel, lean=False), *(f"  {told}" for told in outcome_sentences(block, channel))]
    # What becomes of carrier registration is told once beside the removals, too.
    lean = [head, *_lines(block, channel, lean=True), *(f"  {told}" for told in reply_sentences(block, channel))]
    weight = _weight(block)
    if weight is Weight.ADDITIONS and len(block.steps) <= _FEW:
        # Without its few lines it would be an empty fold: it is shown, or it is not.
        lean = full
    lean = [clipped(line, _LINE) for line in lean]
    return Detail(weight=weight, full=_folded(block, full), lean=_folded(block, lean))


def _weight(block: Block) -> Weight:
    if all(isinstance(step, CreateService | AttachNumber) and not step.refused for step in block.steps):
        return Weight.ADDITIONS
    return max(_WEIGHTS[change_of(step).risk] for step in block.steps)


def _folded(block: Block, lines: list[str]) -> str:
    risk = "<b>high risk</b>: " if any(change_of(step).risk is Risk.HIGH for step in block.steps) else ""
    about = f"{risk}{code(block.channel)} in account {code(block.account)}: {_told(block)}"
    return f"<details><summary>{about}</summary>\n\n{fence(lines, 'diff')}</details>\n"


def _told(block: Block) -> str:
    """What happens to the channel, in counts."""
    counts: Counter[str] = Counter()
    for step in block.steps:
        if not isinstance(step, HeldBack):
            counts[step.action] += len(step.fields) if isinstance(step, UpdateService) else 1
    parts = [f"{verb} {counted(counts[action], noun)}" for action, verb, noun in _VERBS if counts[action]]
    refused = sum(1 for step in block.steps if not isinstance(step, HeldBack) and step.refused)
    held = sum(1 for step in block.steps if isinstance(step, HeldBack))
    parts += [f"{refused:,} refused"] if refused else []
    parts += [f"{counted(held, 'change')} held back"] if held else []
    parts += [heading.partition(":")[0] for heading, _ in by_class(block) if heading]
    return ", ".join(parts)


def _lines(block: Block, channel: Channel | None, *, lean: bool) -> Iterator[str]:
    for heading, steps in by_class(block):
        if heading:
            yield f"@@ {heading} @@"
        if lean:
            for alike in _alike(steps):
                yield from _lean(alike, channel)
        else:
            yield from (_marked(line, step) for step in steps for line in lines_of(step, channel))


def _alike(steps: list[Step]) -> list[list[Step]]:
    """Steps of one kind and one fate together, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Step]] = {}
    for step in steps:
        fate = ("held back", step.reason) if isinstance(step, HeldBack) else ("refused", step.refused)
        groups.setdefault((change_of(step).action, *fate), []).append(step)
    return list(groups.values())


def _lean(steps: list[Step], channel: Channel | None) -> Iterator[str]:
    """What is added is left to the counts, long lists are counts, long values are clipped."""
    change = change_of(steps[0])
    if isinstance(steps[0], AttachNumber) and not steps[0].refused:
        return
    if change.action.startswith("number.") and len(steps) > _FEW:
        listed = isinstance(change, MoveNumber | DetachNumber) and not isinstance(steps[0], HeldBack)
        where = "listed under Removals" if listed else "not listed here"
        one = next(lines_of(steps[0], channel))
        yield _marked(Line(f"{counted(len(steps), 'number')}, {where}", one.sign, one.note), steps[0])
        return
    for step in steps:
        yield from (_marked(line, step) for line in lines_of(_shortened(step), channel) if line.sign)


def _shortened(step: Step) -> Step:
    """The step with values that fit on a line; logins are masked before anything is cut off."""
    if isinstance(step, HeldBack):
        return replace(step, change=_short_change(step.change))
    return _short_change(step)


def _short_change(change: Change) -> Change:
    if not isinstance(change, UpdateService):
        return change
    fields = (replace(diff, before=short(diff.before), after=short(diff.after)) for diff in change.fields)
    return replace(change, fields=tuple(fields))


def short(value: Kept) -> Kept:
    hidden = masked(value)
    return clipped(hidden, _VALUE) if isinstance(hidden, str) else value


def _marked(line: Line, step: Step) -> str:
    if isinstance(step, HeldBack):
        return f"  {line.sign or '   '} {line.words}{line.note}"
    if not line.sign:
        return f"+     {line.words}"
    return f"{MARKS[line.sign]} {line.words}{line.note}"
