"""Markdown for a pull request and for a step's summary, at most 60,000 bytes each (contract 4.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from smsops.diagnostics import Finding
from smsops.drift import Drifted
from smsops.errors import ExitCode, SmsopsError
from smsops.frozen import replace
from smsops.outcome import Status
from smsops.render.applied import (
    DIFFERS,
    TO_PIN,
    WORDS,
    Applied,
    error_lines,
    result_facts,
    result_line,
    services_to_pin,
)
from smsops.render.applied import summary_text as applied_summary
from smsops.render.drawn import Drawn
from smsops.render.drift import NEXT, Compared, difference, service_of, unknown_sentences, who
from smsops.render.drift import summary_text as drift_summary
from smsops.render.escape import LINE, clipped, fence
from smsops.render.findings import Checked, verdict_text
from smsops.render.folded import MARKS, short
from smsops.render.plain import counted
from smsops.render.plan_page import plan_page
from smsops.render.reasons import reasons
from smsops.render.sections import Section, findings_section, page

_MESSAGE = 2_000
"""Characters of an error's message."""


def plan_markdown(value: Drawn, *, color: bool) -> str:
    """The plan, whatever is most important first."""
    return plan_page(value).text


def applied_markdown(value: Applied, *, color: bool) -> str:
    """What came of an apply: failures first, then what was not attempted, what was done last and folded."""
    plan = value.plan
    counts = Counter(result.status for result in value.results)
    head = [
        f"<!-- smsops apply {plan.plan_id} -->",
        f"## {applied_summary(value)}",
        _failed(value.error).rstrip("\n") if value.error else "",
        f"| {' | '.join(WORDS[status] for status in Status)} |\n{'|---:' * len(Status)}|\n"
        f"| {' | '.join(f'{counts[status]:,}' for status in Status)} |",
        f"Plan `{plan.plan_id}`.",
    ]
    sections = [_results(value, Status.FAILED, "Failed")]
    sections.append(_sentences("SMS507: " + DIFFERS.rstrip(":"), value.differences, "difference"))
    sections.append(_results(value, Status.NOT_ATTEMPTED, "Not attempted"))
    if value.verdict is not ExitCode.OK:
        # Nothing was attempted, and the plan says why.
        sections += [findings_section(plan.findings)]
        head.append("".join(f"- {sentence}\n" for sentence in reasons(plan)).rstrip("\n"))
    sections.append(_sentences(TO_PIN.rstrip(":"), services_to_pin(value), "service"))
    sections.append(_results(value, Status.DONE, "Done", folded=True))
    sections.append(_results(value, Status.ALREADY_DONE, "Already done", folded=True))
    return page("".join(f"{part}\n\n" for part in head if part), sections)


def _results(applied: Applied, status: Status, heading: str, *, folded: bool = False) -> Section:
    found = [result for result in applied.results if result.status is status]
    items = []
    for result in found:
        line = result_line(result, applied)
        facts = (clipped(f"    {fact}", _MESSAGE) for fact in result_facts(result))
        items.append([clipped(f"{MARKS[line[0]]}{line[1:]}", LINE), *facts])
    return Section(
        heading=f"{heading}: {counted(len(found), 'change')}", items=items, noun="change", info="diff", folded=folded
    )


def _sentences(heading: str, sentences: Iterable[str], noun: str) -> Section:
    return Section(heading=heading, items=[[clipped(sentence, LINE)] for sentence in sentences], noun=noun)


def checked_markdown(value: Checked, *, color: bool) -> str:
    """Whether the files are valid, then the findings, errors first."""
    return page(f"## {verdict_text(value)}\n\n", [findings_section(value.findings)])


def drift_markdown(value: Compared, *, color: bool) -> str:
    """What is not as it was applied: services that lost something first."""
    groups = [list(group) for _, group in groupby(value.found, service_of)]
    groups.sort(key=lambda group: not any(_lost(one) for one in group))
    items = [list(item) for group in groups for item in _drifted(group)]
    differences = Section(heading="Differences", items=items, noun="difference", info="diff")
    unknown = _sentences("Not known", unknown_sentences(value), "sentence")
    sections = [differences, unknown, findings_section(value.warnings)]
    return page(f"## {drift_summary(value)}\n\n", sections, f"{NEXT}\n" if value.found else "")


def _lost(one: Drifted) -> bool:
    return difference(one).startswith("-")


def _drifted(group: list[Drifted]) -> Iterator[Iterator[str]]:
    """Each difference of one service, the lost things first; the first one brings the heading."""
    account, channel, sid = (clipped(name, 63) for name in service_of(group[0]))
    heading = [f"@@ {channel}, account {account}, {sid} @@"]
    for one in sorted(group, key=lambda one: not _lost(one)):
        words = difference(replace(one, before=short(one.before), after=short(one.after)))
        lines = [*heading, f"{MARKS[words[0]]}{words[1:]}", *([f"    {who(one.event)}"] if one.event else [])]
        yield (clipped(line, 2 * LINE) for line in lines)
        heading = []


def failure_markdown(error: SmsopsError, *, findings: Iterable[Finding] = ()) -> str:
    """Why a command failed, and what is known of it."""
    return page(f"## The command failed\n\n{_failed(error)}\n", [findings_section(findings)])


def _failed(error: SmsopsError) -> str:
    """An error with all that is known of it, as a block."""
    return fence(clipped(line, _MESSAGE) for line in error_lines(error))
