"""A plan in Markdown for a pull request (contract 4.2), of bounded size.

What a reader must know stands first, and in that order it is kept: the counts and the id; what is taken away; what
is refused or waits; the findings; then each channel, folded, high risk first. Room is given out from the top. So when
not everything fits, details of additions go first, and a removal only when the removals alone fill the page: then the
page says at its head how many are missing, and that nobody can approve the plan from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from smsops.frozen import Frozen
from smsops.planned import Plan
from smsops.render.counts import ROWS, rows, table_lines
from smsops.render.cutting import LIMIT, Cut, Weight, cut, size
from smsops.render.drawn import Drawn
from smsops.render.escape import LINE, clipped, code
from smsops.render.folded import details
from smsops.render.plain import counted
from smsops.render.reasons import HEADING, reasons, warnings
from smsops.render.removals import Removal, fitted_removals, removals, removals_sentence
from smsops.render.sections import Section, findings_section, section_text
from smsops.render.summary import next_steps, summary_text
from smsops.render.text import held, registration_sentences

_NOTES = 1_200
"""Bytes kept for headings between the parts, and for the sentences that say what is not shown."""
_COMMAND = 400
"""Characters of a command."""

_WHERE = "The whole plan is in the artifact of this run: `smsops show plan.json`."
_SHORTENED = "Some details are left out below. The counts, the removals and the id are complete."


class PlanPage(Frozen):
    """A plan as a page."""

    text: str
    hidden: int
    """Removals that did not fit."""


def plan_page(drawn: Drawn, *, limit: int = LIMIT, note: str = "") -> PlanPage:
    """The page, at most `limit` bytes; `note` is a sentence of ours that stands under the heading."""
    plan = drawn.plan
    found = removals(plan)
    why = "".join(f"- {sentence}\n" for sentence in reasons(plan))
    why = f"### {HEADING}\n\n{why}\n" if why else ""
    end = "".join(f"{lead}: {code(command, _COMMAND)}\n" for lead, command in next_steps(drawn))
    room = limit - _NOTES - sum(map(size, (_head(drawn, note, _incomplete(len(found), len(found))), why, end)))
    removed = fitted_removals(found, room)
    room -= size(removed.text)
    folded = details(drawn)
    # Findings leave the channels two thirds of what is left, or all that these need.
    most = max(room // 3, room - sum(size(detail.full) for detail in folded))
    findings = section_text(findings_section(plan.findings), most)
    room -= size(findings)
    shown = cut(folded, room)
    missing = _missing(shown)
    parts = [
        _head(drawn, note, _incomplete(len(found), removed.hidden) or (missing and _SHORTENED)),
        f"### Removals\n\n{_lost(plan, found)}\n\n{removed.text}\n" if found else "",
        why,
        findings,
        f"### Channels\n\n{shown.text}\n" if folded else "",
        missing and f"{missing} {_WHERE}\n\n",
        section_text(_already_done(plan), room - size(shown.text)),
        end,
    ]
    return PlanPage(text="".join(parts), hidden=removed.hidden)


def _head(drawn: Drawn, note: str, told: str) -> str:
    plan, plan_id = drawn.plan, drawn.plan.plan_id
    names = [code(name, 40) for name, _ in rows(plan)[:ROWS]]
    above = [*filter(None, [told]), *(f"**{warning}**" for warning in warnings(drawn))]
    parts = [
        f"<!-- smsops plan {plan_id} -->",
        f"## {summary_text(plan)}",
        "\n>\n".join(f"> {warning}" for warning in above),
        note,
        "\n".join(table_lines(plan, names)),
        f"Plan `{plan_id}`{_source(plan)}",
    ]
    return "".join(f"{part}\n\n" for part in parts if part)


def _source(plan: Plan) -> str:
    commit = f", made from commit {code(plan.commit[:12])}" if plan.commit else ""
    until = f", can be applied until {code(plan.expires_at, 40)}" if plan.expires_at else ""
    return f"{commit}{until}."


def _lost(plan: Plan, found: Sequence[Removal]) -> str:
    return " ".join([removals_sentence(found), *registration_sentences(plan.changes)])


def _incomplete(total: int, hidden: int) -> str:
    """What must be said when removals are missing; '' when none is."""
    if not hidden:
        return ""
    return (
        f"**{hidden:,} of {counted(total, 'removal')} are not shown here, because they do not fit. "
        f"Do not approve this plan from this page.** {_WHERE}"
    )


def _missing(shown: Cut) -> str:
    """What the page leaves out of the channels."""
    words = {
        Weight.ADDITIONS: "with only additions",
        Weight.LOW: "with changes of low risk",
        Weight.MEDIUM: "with changes of medium risk",
        Weight.HIGH: "with changes of high risk",
    }
    parts = [f"{counted(shown.gone[weight], 'channel')} {words[weight]}" for weight in Weight if shown.gone[weight]]
    left = [f"Not shown here: {', '.join(parts)}."] if parts else []
    left += [f"Shortened, without what is added: {counted(shown.lean, 'channel')}."] if shown.lean else []
    return " ".join(left)


def _already_done(plan: Plan) -> Section:
    lines = [[f"  = {clipped(done.channel, LINE)}: {clipped(held(done), LINE)}"] for done in plan.already_done]
    return Section(heading="Already done", items=lines, noun="line", folded=True)
