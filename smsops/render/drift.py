"""Drift for people and programs: what was, what is, and who did it where the provider tells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from smsops.diagnostics import Finding, finding_to_json
from smsops.drift import Drifted
from smsops.frozen import Frozen
from smsops.masking import masked
from smsops.model import AccountEvent
from smsops.render.documents import document
from smsops.render.findings import findings_text
from smsops.render.plain import Paint, clean, counted, painted
from smsops.render.text import shown


class Compared(Frozen):
    """The accounts against their last records."""

    found: tuple[Drifted, ...]
    unrecorded: tuple[str, ...]
    """Accounts without a record: there is nothing to compare with."""
    untold: tuple[str, ...]
    """Why the provider does not tell who did it, a sentence an account."""
    warnings: tuple[Finding, ...] = ()
    services: tuple[tuple[str, str, str], ...] = ()
    """Every service that was compared: account, channel and SID."""

    @property
    def is_compared(self) -> bool:
        """Whether there was a record to compare with."""
        return bool(self.services or self.found) or not self.unrecorded


def drift_text(compared: Compared, *, color: bool) -> str:
    parts = []
    for (account, channel, sid), group in groupby(compared.found, service_of):
        about = painted(f"(account {clean(account)}, {clean(sid)})", Paint.FAINT, color=color)
        lines = [f"{painted(clean(channel), Paint.STRONG, color=color)} {about}"]
        for one in group:
            lines += _lines(one, color=color)
        parts.append("\n".join(lines) + "\n")
    parts += [f"{sentence}\n" for sentence in unknown_sentences(compared)]
    parts.append(findings_text(compared.warnings, color=color))
    parts.append(painted(summary_text(compared), Paint.STRONG, color=color) + "\n")
    if compared.found:
        parts[-1] += f"{NEXT}\n"
    return "\n".join(part for part in parts if part)


NEXT = "Next: smsops plan shows what an apply would make of it."


def summary_text(compared: Compared) -> str:
    """The count in one line."""
    if compared.found:
        return f"Drift: {counted(len(compared.found), 'difference')}."
    return "No drift." if compared.is_compared else "Nothing was compared."


def unknown_sentences(compared: Compared) -> Iterator[str]:
    """What the comparison cannot tell, and why."""
    for sentence in compared.untold:
        yield f"Who did it is not known. {clean(sentence)}"
    for name in compared.unrecorded:
        yield f"Account {clean(name)} has no record yet: there is nothing to compare."


def service_of(one: Drifted) -> tuple[str, str, str]:
    """Whose it is: account, channel and service SID."""
    return (one.account, one.channel, one.service_sid)


def _lines(one: Drifted, *, color: bool) -> Iterator[str]:
    yield "  " + painted(difference(one), Paint.CHANGE, color=color)
    if one.event is not None:
        yield f"    {who(one.event)}"


def difference(one: Drifted) -> str:
    """What differs, with the sign of what happened to it."""
    if one.what == "service":
        return f"- messaging service {clean(one.before)} is gone"
    if one.what == "phone_numbers":
        return f"+ number {clean(one.after)}" if one.before is None else f"- number {clean(one.before)}"
    return f"~ {clean(one.what)}: {shown(one.before)} → {shown(one.after)}"


def who(event: AccountEvent) -> str:
    """When, by whom and through what, as far as the provider tells."""
    by = f"by {clean(event.actor)}" if event.actor else "by somebody"
    return f"{clean(event.at)} {by}{f', through {clean(event.source)}' if event.source else ''}"


def drift_json(compared: Compared, *, color: bool) -> str:
    return document(
        drift=[_to_json(one) for one in compared.found],
        unrecorded=list(compared.unrecorded),
        untold=list(compared.untold),
        findings=[finding_to_json(finding) for finding in compared.warnings],
    )


def _to_json(one: Drifted) -> dict[str, Any]:
    event = one.event
    return {
        "account": one.account,
        "channel": one.channel,
        "service_sid": one.service_sid,
        "what": one.what,
        "before": masked(one.before),
        "after": masked(one.after),
        "event": None
        if event is None
        else {
            "at": event.at,
            "type": event.event_type,
            "actor": event.actor,
            "source": event.source,
            "properties": {
                name: {"before": masked(before), "after": masked(after)}
                for name, (before, after) in sorted(event.properties.items())
            },
        },
    }
