"""The parts of the front page that both forms of the report share, and the front page of the many files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from smsops.diagnostics import Finding
from smsops.history.recorded import Apply
from smsops.history.values import Chronicle
from smsops.render.escape import hypertext
from smsops.render.persons import moment
from smsops.render.site import applies, channels
from smsops.render.site.attention import attention
from smsops.render.site.calendar import calendar
from smsops.render.site.live import Accounts
from smsops.render.site.names import Links
from smsops.render.site.parts import folded, items, names, paragraph, section, table, when, word
from smsops.render.site.timeline import project_changes

PARTS = (
    ("#attention", "Needs attention"),
    ("#calendar", "Calendar"),
    ("#accounts", "Accounts"),
    ("#channels", "Channels"),
    ("#applies", "Applies"),
    ("#project", "Project file"),
)


def under(chronicle: Chronicle) -> str:
    """What the report is of."""
    there = sum(past.exists for past in chronicle.pasts)
    deleted = len(chronicle.pasts) - there
    versions = sum(len(past.versions) for past in chronicle.pasts)
    gone = f" and {deleted:,} deleted" if deleted else ""
    told = (
        f"{names(there, 'channel')}{gone}, {names(versions, 'version')}, "
        f"{names(len(chronicle.applies), 'apply', many='applies')}."
    )
    head = f"As of commit <code>{hypertext(chronicle.head[:12])}</code>"
    ledger = f", records of {hypertext(chronicle.ledger)}" if chronicle.ledger else ""
    return f'<p>{told}</p>\n<p class="dim">{head}{ledger}. All times are UTC.</p>\n'


def before_channels(chronicle: Chronicle, findings: Sequence[Finding], accounts: Accounts, links: Links) -> str:
    """What stands above the lists: attention, calendar, accounts."""
    return (
        section("Needs attention", attention(chronicle, findings, accounts, links), id="attention")
        + section("Calendar of applies", calendar(chronicle), id="calendar")
        + section("Accounts", _accounts(chronicle, accounts, links), id="accounts")
    )


def after_applies(chronicle: Chronicle) -> str:
    """What stands below the lists: the project file."""
    count = len(chronicle.project)
    if not count:
        return section("Project file", paragraph("No commit changed it."), id="project")
    told = folded(names(count, "change"), project_changes(chronicle.project, level=3))
    return section("Project file", told, id="project")


def closing() -> str:
    """How to read what the page shows."""
    return folded("How to read this report", items(hypertext(line) for line in _READ))


_READ = (
    "Merged is when a commit arrived on the main line of git. Live is when an apply ended whose record says that the "
    "account then had it so. These are two times.",
    "As approved is what the file says at the head of the main line. As live is what the account's last record says.",
    "Authors, committers, messages and requests are what commits say of themselves; a signature that was checked and "
    "is good says who made the commit.",
    "Waiting: merged, and no record says that it was applied. In part: some of it was written. Superseded: another "
    "version came before any apply. Nothing to apply: only what is never sent changed.",
    "Texts from files, git, forges and accounts are shown with what is not printable written as escapes.",
)


def _accounts(chronicle: Chronicle, accounts: Accounts, links: Links) -> str:
    there = Counter(past.account for past in chronicle.pasts if past.exists)
    made = Counter(apply.account for apply in chronicle.applies)
    rows = []
    for name in accounts.names:
        check = accounts.checks.get(name)
        found = word("drift") + f" {names(len(check.found), 'difference')}" if check and check.found else "as recorded"
        last = accounts.applies.get(name)
        rows.append(
            (
                hypertext(name),
                f"{there[name]:,}",
                f"{made[name]:,}",
                _last(last, links) if last else "never",
                f"{when(check.at)}, {found}" if check else "never",
            )
        )
    header = ("account", "channels", "applies", "last written", "last checked")
    return table("Accounts", header, rows)


def _last(apply: Apply, links: Links) -> str:
    return f"{links.apply(apply.path, when(apply.at))}, {word(applies.ending(apply))}"


def body(chronicle: Chronicle, findings: Sequence[Finding], accounts: Accounts, links: Links) -> str:
    """The front page of many files."""
    listed = (
        _channel_row(channels.cells(past, accounts.live(past)), target, links)
        for past, target in zip(chronicle.pasts, links.pasts, strict=True)
    )
    ran = (
        _apply_row(apply, target, links)
        for apply, target in reversed(tuple(zip(chronicle.applies, links.applies, strict=True)))
    )
    return (
        before_channels(chronicle, findings, accounts, links)
        + section("Channels", table("Channels", channels.COLUMNS, listed, noun="channels"), id="channels")
        + section("Applies", table("Applies, the newest first", applies.COLUMNS, ran, noun="applies"), id="applies")
        + after_applies(chronicle)
    )


def _channel_row(cells: Sequence[str], target: str, links: Links) -> tuple[str, ...]:
    name, account, replies, numbers, last, standing = cells
    told = map(hypertext, (account, replies, numbers))
    return links.to(target, hypertext(name)), *told, f'<span class="t">{hypertext(last)}</span>', word(standing)


def _apply_row(apply: Apply, target: str, links: Links) -> tuple[str, ...]:
    at, account, ending, *rest = applies.cells(apply)
    linked = links.to(target, f'<span class="t">{hypertext(at)}</span>')
    return linked, hypertext(account), word(ending), *map(hypertext, rest)


def title_of(apply: Apply) -> str:
    return f"Apply to {apply.account or 'an unknown account'}, {moment(apply.at)}"
