"""Which numbers a campaign may use, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smsops.diagnostics import Finding, finding_to_json
from smsops.errors import SmsopsError
from smsops.frozen import Frozen
from smsops.render.csv import csv_table
from smsops.render.documents import document, error_to_json
from smsops.render.plain import clean, counted, table
from smsops.senders import Candidate, Use

_SAYS = "From the files alone: what the account and the carriers allow is not looked at."


class Senders(Frozen):
    """What `smsops senders` found."""

    candidates: tuple[Candidate, ...]
    uses: tuple[Use, ...]
    """The kinds of campaign that were asked about."""
    next_command: str | None
    """Where there is no channel yet: what to do."""
    error: SmsopsError | None = None
    """What stops this from being the whole; the run ends with it."""
    findings: tuple[Finding, ...] = ()
    """Those of the error."""


def senders_text(senders: Senders, *, color: bool) -> str:
    if senders.next_command:
        return f"No channels, so no numbers.\nNext: {clean(senders.next_command)}\n"
    if not senders.candidates:
        return "No numbers can be read.\n"
    header = ("NUMBER", "CHANNEL", "ACCOUNT", "LABEL", "USABLE", "WHY")
    return f"{table(header, _rows(senders), color=color)}\n{_summary(senders)} {_SAYS}\n"


def senders_csv(senders: Senders, *, color: bool) -> str:
    return csv_table(("number", "channel", "account", "label", "usable", "why"), _rows(senders))


def senders_json(senders: Senders, *, color: bool) -> str:
    facts: dict[str, Any] = {
        "for": [str(use) for use in senders.uses],
        "numbers": [_to_json(candidate, senders.uses) for candidate in senders.candidates],
        "next_command": senders.next_command,
    }
    if senders.error:
        facts["error"] = error_to_json(senders.error)
        facts["findings"] = [finding_to_json(finding) for finding in senders.findings]
    return document(ok=senders.error is None, **facts)


def _to_json(candidate: Candidate, uses: tuple[Use, ...]) -> dict[str, Any]:
    return {
        "number": candidate.number,
        "channel": candidate.channel,
        "account": candidate.account or None,
        "label": candidate.label or None,
        "flow": candidate.flow or None,
        "usable": {str(use): candidate.usable(use) for use in uses},
        "why": {str(use): candidate.why[use] or None for use in uses},
        "path": candidate.path,
        "line": candidate.line,
    }


def _rows(senders: Senders) -> Iterator[tuple[str, ...]]:
    for each in senders.candidates:
        usable = [use for use in senders.uses if each.usable(use)]
        told = " and ".join(usable) or "no"
        if usable and len(senders.uses) == 1:
            told = "yes"
        # What stops the simple kind stops the other one too, so one reason is enough.
        why = next((each.why[use] for use in senders.uses if each.why[use]), "")
        if why and usable:
            why = f"not advanced: {why}"
        flow = f"flow {each.flow} answers" if each.flow and not why else ""
        yield each.number, each.channel, each.account, each.label, told, why or flow


def _summary(senders: Senders) -> str:
    """How many there are for each kind of campaign."""
    counts = (f"{sum(each.usable(use) for each in senders.candidates):,} for {use} campaigns" for use in senders.uses)
    return f"{counted(len(senders.candidates), 'number')}: {', '.join(counts)}."


SENDERS = {"text": senders_text, "json": senders_json, "csv": senders_csv}
