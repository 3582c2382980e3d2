"""A page of its own for an artifact: it needs no network, holds everything, and is as safe to open as the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from smsops.changes import Risk
from smsops.diagnostics import Finding
from smsops.drift import Drifted
from smsops.errors import ExitCode, SmsopsError
from smsops.outcome import Result, Status
from smsops.planned import Plan
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
from smsops.render.counts import COLUMNS, rows
from smsops.render.drawn import Drawn
from smsops.render.drift import NEXT, Compared, difference, service_of, unknown_sentences, who
from smsops.render.drift import summary_text as drift_summary
from smsops.render.escape import hypertext
from smsops.render.findings import Checked, counts_text, findings_text, verdict_text
from smsops.render.hypertext import block, details, document, item, paragraphs, section, steps, table
from smsops.render.plain import Paint
from smsops.render.reasons import HEADING, reasons, warnings
from smsops.render.removals import WORDS as REMOVAL_WORDS
from smsops.render.removals import removals, removals_sentence
from smsops.render.summary import next_steps, summary_text
from smsops.render.text import SIGNS, Block, blocks, by_class, change_of, held, lines_of, outcome_sentences, services_of
from smsops.render.text import service_of as service_of_block

_PAINT = {
    Status.FAILED: Paint.ERROR,
    Status.NOT_ATTEMPTED: Paint.WARNING,
    Status.DONE: Paint.ADD,
    Status.ALREADY_DONE: Paint.FAINT,
}
"""In the order of a page: failures first."""
_SIGN_PAINT = dict(SIGNS.values())


def plan_html(value: Drawn, *, color: bool) -> str:
    """The whole plan: counts, removals, reasons, findings, every channel, the next command."""
    plan = value.plan
    services = services_of(plan)
    return document(
        summary_text(plan),
        _warned(value)
        + _counts(plan)
        + _identity(plan)
        + _removals(plan)
        + _reasons(plan)
        + _findings(plan.findings)
        + section("Channels", "".join(_channel(one, value, services) for one in blocks(plan)))
        + section("Already done", steps(item(f"= {d.channel}: {held(d)}", Paint.FAINT) for d in plan.already_done))
        + "".join(f"<p>{hypertext(lead)}: <code>{hypertext(run)}</code></p>\n" for lead, run in next_steps(value)),
    )


def _warned(drawn: Drawn) -> str:
    # These sentences and those below are ours, and what is not stands escaped in them already.
    return "".join(f'<p class="note">{warning}</p>\n' for warning in warnings(drawn))


def _counts(plan: Plan) -> str:
    of_all = [("all", plan.summary()), *rows(plan)]
    header = ("account", *(column.replace("_", " ") for column in COLUMNS))
    return table("Changes", header, ([name, *(f"{counts[c]:,}" for c in COLUMNS)] for name, counts in of_all))


def _identity(plan: Plan) -> str:
    facts = (("Plan", plan.plan_id), ("commit", plan.commit), ("can be applied until", plan.expires_at))
    told = ", ".join(f"{name} <code>{hypertext(fact)}</code>" for name, fact in facts if fact)
    return f"<p>{told}</p>\n"


def _removals(plan: Plan) -> str:
    found = removals(plan)
    if not found:
        return ""
    listed = ([one.loser, one.account, REMOVAL_WORDS[one.verb], one.what, one.refused] for one in found)
    header = ("channel", "account", "removal", "number or service", "refused")
    return section("Removals", table(removals_sentence(found), header, listed))


def _reasons(plan: Plan) -> str:
    listed = "".join(f"<li>{sentence}</li>\n" for sentence in reasons(plan))
    return section(HEADING, f"<ul>\n{listed}</ul>\n" if listed else "")


def _findings(findings: tuple[Finding, ...]) -> str:
    return section(
        f"Findings: {counts_text(findings)}", block(findings_text(findings, color=False)) if findings else ""
    )


def _channel(one: Block, drawn: Drawn, services: Mapping[tuple[str, str], str]) -> str:
    channel = drawn.channels.get(one.channel)
    service = service_of_block(one, services)
    risk = "<strong>high risk</strong>: " if any(change_of(step).risk is Risk.HIGH for step in one.steps) else ""
    about = f"account {hypertext(one.account)}, {hypertext(service)}"
    html = ""
    for heading, of_class in by_class(one):
        html += paragraphs([heading] if heading else [])
        lines = (line for step in of_class for line in lines_of(step, channel))
        html += steps(
            item(f"{line.sign} {line.words}".strip(), line.paint, note=line.note, below=not line.sign) for line in lines
        )
    html += paragraphs(outcome_sentences(one, channel))
    return details(f'{risk}<code>{hypertext(one.channel)}</code> <span class="faint">{about}</span>', html)


def applied_html(value: Applied, *, color: bool) -> str:
    """What came of an apply, failures first."""
    plan = value.plan
    refused = value.verdict is not ExitCode.OK
    return document(
        applied_summary(value),
        (_failed(value.error) if value.error else "")
        + _identity(plan)
        + section(f"SMS507: {DIFFERS.rstrip(':')}", paragraphs(value.differences))
        + (_reasons(plan) + _findings(plan.findings) if refused else "")
        + "".join(section(WORDS[status].capitalize(), _results(value, status)) for status in _PAINT)
        + section(TO_PIN.rstrip(":"), paragraphs(services_to_pin(value))),
    )


def _results(applied: Applied, status: Status) -> str:
    found = (result for result in applied.results if result.status is status)
    return steps(html for result in found for html in _result(result, applied))


def _result(result: Result, applied: Applied) -> Iterator[str]:
    yield item(result_line(result, applied), _PAINT[result.status], note=WORDS[result.status])
    yield from (item(fact, Paint.FAINT, below=True) for fact in result_facts(result))


def checked_html(value: Checked, *, color: bool) -> str:
    """Whether the files are valid, and every finding."""
    return document(verdict_text(value), _findings(value.findings))


def drift_html(value: Compared, *, color: bool) -> str:
    """What is not as it was applied, a part for each service."""
    groups = (_drifted(tuple(group)) for _, group in groupby(value.found, service_of))
    return document(
        drift_summary(value),
        section("Differences", "".join(groups))
        + paragraphs(unknown_sentences(value))
        + _findings(value.warnings)
        + paragraphs([NEXT] if value.found else []),
    )


def _drifted(group: tuple[Drifted, ...]) -> str:
    account, channel, sid = map(hypertext, service_of(group[0]))
    html = ""
    for one in group:
        words = difference(one)
        html += item(words, _SIGN_PAINT[words[0]])
        html += item(who(one.event), Paint.FAINT, below=True) if one.event else ""
    about = f'<code>{channel}</code> <span class="faint">account {account}, {sid}</span>'
    return details(about, steps([html]))


def failure_html(error: SmsopsError, *, findings: Iterable[Finding] = ()) -> str:
    """Why a command failed, and what is known of it."""
    return document("The command failed", _failed(error) + _findings(tuple(findings)))


def _failed(error: SmsopsError) -> str:
    return block("\n".join(error_lines(error)))
