"""The set-up steps of a provider: what apply does is ticked, what a person does is not."""

from __future__ import annotations

import textwrap

from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.escape import code, fence
from smsops.render.plain import Paint, clean, painted
from smsops.steps import By, Step

_LEGEND = (
    "[x] is done by apply: done by hand, the next plan shows it as drift.",
    "[ ] is done by a person, once.",
)


class Steps(Frozen):
    """The set-up steps of a provider; of a channel, when one was named."""

    provider: str
    title: str
    """The provider's name for people."""
    channel: str | None
    steps: tuple[Step, ...]


def steps_text(steps: Steps, *, color: bool) -> str:
    title = f"Setting up {clean(steps.channel or 'a channel')} on {steps.title}"
    lines = [painted(title, Paint.STRONG, color=color), "", *_LEGEND, ""]
    for place, step in enumerate(steps.steps, start=1):
        lines.append(f"{_mark(step)} {place:>2}. {_said(step)}")
        lines += [f"        {clean(line)}" for line in step.lines]
        lines.append("")
    return "\n".join(lines)


def steps_markdown(steps: Steps, *, color: bool) -> str:
    about = code(steps.channel) if steps.channel else "a channel"
    parts = [
        f"# Setting up {about} on {steps.title}\n",
        "Ticked is what apply does; the rest is done by a person, once.\n",
    ]
    for step in steps.steps:
        parts.append(f"- {_mark(step)} {_said(step)}\n")
        parts.append(textwrap.indent(fence(step.lines), "  "))
    return "\n".join(parts)


def steps_json(steps: Steps, *, color: bool) -> str:
    return document(
        provider=steps.provider,
        channel=steps.channel,
        steps=[{"by": str(step.by), "title": step.title, "lines": list(step.lines)} for step in steps.steps],
    )


def _mark(step: Step) -> str:
    return "[x]" if step.by is By.APPLY else "[ ]"


def _said(step: Step) -> str:
    return f"{step.title}: apply does this" if step.by is By.APPLY else step.title


STEPS = {"text": steps_text, "json": steps_json, "markdown": steps_markdown}
