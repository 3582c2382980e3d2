"""What needs attention: findings, errors first, and what follows from the past itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from smsops.codes import CODES
from smsops.diagnostics import Finding, Severity
from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Drift
from smsops.history.values import Chronicle, Standing, Version
from smsops.render.escape import hypertext
from smsops.render.persons import moment
from smsops.render.site.applies import ending
from smsops.render.site.live import Accounts, broken, last_sent, unsettled
from smsops.render.site.names import Links
from smsops.render.site.parts import code, items, names, paragraph, value, when

MOST = 50
"""Of one kind, how many are told one by one: what goes wrong everywhere is one thing to look at."""
_ALL = "smsops audit verify -o json tells all findings."


class Matter(Frozen):
    """Things of one kind to look at."""

    severity: Severity
    heading: str
    items: Sequence[str]
    """As HTML; at most `MOST` of them are shown."""
    hint: str = ""
    """What to do about all of them."""

    @property
    def html(self) -> str:
        rest = len(self.items) - MOST
        more = paragraph(f"And {rest:,} more like these. {_ALL}") if rest > 0 else ""
        head = f"{self.severity.capitalize()}: {self.heading} ({len(self.items):,})"
        told = (paragraph(self.hint, quiet=True) if self.hint else "") + items(self.items[:MOST]) + more
        return f'<div class="group {self.severity}">\n<h3>{hypertext(head)}</h3>\n{told}</div>\n'


def attention(chronicle: Chronicle, findings: Iterable[Finding], accounts: Accounts, links: Links) -> str:
    """All of it; a sentence when there is nothing."""
    found = [*_findings(findings), *_of_the_ledger(chronicle), *_of_channels(chronicle, links)]
    found += [*_of_applies(chronicle, links), *_of_checks(accounts, links)]
    matters = sorted((one for one in found if one.items), key=lambda one: one.severity is not Severity.ERROR)
    if not matters:
        return '<p class="calm">Nothing needs attention.</p>\n'
    return "".join(matter.html for matter in matters)


def _findings(findings: Iterable[Finding]) -> Iterator[Matter]:
    """One group a code; findings of a code lie together, whatever order they came in."""
    order = sorted(findings, key=lambda one: (one.severity is not Severity.ERROR, one.code, one.sort_key))
    for (severity, named), group in groupby(order, key=lambda one: (one.severity, one.code)):
        heading = f"{named}, {CODES[named].title}" if named in CODES else named
        alike = list(group)
        hints = {one.hint for one in alike}
        shared = hints.pop() if len(hints) == 1 else ""
        listed = [_finding(one, "" if shared else one.hint) for one in alike]
        yield Matter(severity=severity, heading=heading, items=listed, hint=shared)


def _finding(finding: Finding, hint: str) -> str:
    told = f' <span class="dim">{hypertext(hint)}</span>' if hint else ""
    return f"{hypertext(finding.message)} {code(finding.location.path)}{told}"


def _of_the_ledger(chronicle: Chronicle) -> Iterator[Matter]:
    read = [hypertext(problem) for problem in chronicle.problems]
    yield Matter(severity=Severity.ERROR, heading="records that cannot be read", items=read)


def _of_channels(chronicle: Chronicle, links: Links) -> Iterator[Matter]:
    waiting, in_part, torn = [], [], []
    for past, target in zip(chronicle.pasts, links.pasts, strict=True):
        name = links.to(target, hypertext(past.name))
        version = last_sent(past)
        if unread := broken(past):
            torn.append(f"{name}: {hypertext(unread.problem)}")
        if version and version.standing is Standing.WAITING:
            waiting.append(f"{name}: {_merged(version)}")
        elif version and version.standing is Standing.IN_PART and version.apply:
            at = links.apply(version.apply.path, when(version.apply.at))
            in_part.append(f"{name}: {_merged(version)}, applied in part at {at}")
    yield Matter(severity=Severity.ERROR, heading="files that cannot be read", items=torn)
    yield Matter(severity=Severity.WARNING, heading="applied in part", items=in_part)
    yield Matter(severity=Severity.WARNING, heading="merged, and not live", items=waiting)


def _merged(version: Version) -> str:
    commit = version.commit
    who = f"{hypertext(commit.author)}, {code(commit.id[:12])}"
    return f"{hypertext(version.kind)}, merged {when(commit.merged_at)} by {who}"


def _of_applies(chronicle: Chronicle, links: Links) -> Iterator[Matter]:
    """What was followed by an apply that ended well is history, and stands in the list of applies."""
    found = list(unsettled(chronicle.applies))
    no_end = [_apply(apply, links) for apply in found if not apply.ending]
    poor = [_apply(apply, links) for apply in found if apply.ending]
    yield Matter(severity=Severity.ERROR, heading="applies without an end", items=no_end)
    head = "applies that did not end well, and none after them did"
    yield Matter(severity=Severity.ERROR, heading=head, items=poor)


def _apply(apply: Apply, links: Links) -> str:
    at = links.apply(apply.path, when(apply.at))
    told = f", {hypertext(names(len(apply.differences), 'difference'))} after it" if apply.differences else ""
    return f"{at} to account {hypertext(apply.account)}, {hypertext(ending(apply))}, by {hypertext(apply.actor)}{told}"


def _of_checks(accounts: Accounts, links: Links) -> Iterator[Matter]:
    for name in accounts.names:
        check = accounts.checks.get(name)
        if check is not None and check.found:
            apply = accounts.applies.get(name)
            since = ", and something was applied since" if apply and apply.at > check.at else ""
            head = f"drift in account {name}, found by the check of {moment(check.at)}{since}"
            found = [_drift(one, links) for one in check.found]
            yield Matter(severity=Severity.WARNING, heading=head, items=found)


def _drift(drift: Drift, links: Links) -> str:
    return (
        f"{links.channel(drift.channel)}: {hypertext(drift.field)} was recorded as {value(drift.recorded)}, "
        f"and is {value(drift.live)}"
    )
