"""`smsops drift`: what changed in the accounts outside git, and who did it where the provider tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from smsops.cli import group
from smsops.cli.accounts import connected
from smsops.cli.ledgers import Book, actor, opened_book
from smsops.cli.options import option
from smsops.cli.planning import ENDLESS, read_account
from smsops.cli.project import opened_for_credentials
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED, REMOTE
from smsops.drift import Drifted, channel_names, drifted, wanted_for_drift, with_events
from smsops.errors import ExitCode, ProviderError
from smsops.ledger.checks import keep
from smsops.model import EMPTY_BASE, Base
from smsops.project import Account
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection
from smsops.render.drift import Compared
from smsops.render.tables import DRIFT

_HELP = """Show what changed in the accounts since the last apply; this only reads.

The files of now play no part: what the last apply left is compared. Who did it is asked of Twilio's own event log,
which keeps 30 days and which an API key may not be allowed to read.

With --record the result is kept in the ledger, for auditors: when it says something new, and at least once a day.
What the ledger's remote does not take is not kept, and the run fails."""
_EVENT_DAYS = 30
"""How far back the event log goes for everyone."""


@group.command(
    "drift",
    renderers=DRIFT,
    help=_HELP,
    examples=("smsops drift", "smsops drift --detailed-exitcode --record"),
    exits=OPENED
    | REMOTE
    | {
        ExitCode.OK: "done, also when there is drift",
        ExitCode.ERROR: "unexpected or remote error, or the ledger cannot be read or written",
        ExitCode.CHANGES: "there is drift; only with --detailed-exitcode",
        ExitCode.INVALID: "smsops.yaml is invalid",
    },
)
@option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there is drift.")
@option("--record", is_flag=True, help="Keep the result in the ledger.")
@option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 256),
    default=32,
    show_default=True,
    help="The most requests at a time, for each account.",
)
def command(terminal: Terminal, detailed_exitcode: bool, record: bool, concurrency: int) -> int:
    project = opened_for_credentials(terminal)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=True)
    bases = {name: book.base(account) for name, account in sorted(project.project.accounts.items())}
    recorded = [name for name, base in bases.items() if base != EMPTY_BASE]
    found: list[Drifted] = []
    untold: list[str] = []
    with connected(project, recorded, sandbox=book.sandbox, concurrency=concurrency, patience=ENDLESS) as connections:
        for name in recorded:
            terminal.progress(f"Reading account {name}.")
            account = project.project.accounts[name]
            moved, silence = _of_account(account, bases[name], connections[name])
            found += moved
            untold += [f"Account {name}: {silence}"] if silence else []
            if record:
                _keep(book, account, moved, terminal)
    silent = tuple(sorted(bases.keys() - set(recorded)))
    compared = Compared(
        found=tuple(found),
        unrecorded=silent,
        untold=tuple(untold),
        warnings=tuple(book.warnings),
        services=tuple(
            (name, channel, sid) for name in recorded for sid, channel in channel_names(bases[name]).items()
        ),
    )
    terminal.emit(DRIFT, compared)
    return ExitCode.CHANGES if found and detailed_exitcode else ExitCode.OK


def _keep(book: Book, account: Account, found: tuple[Drifted, ...], terminal: Terminal) -> None:
    """Raises LedgerError: a check that nobody can find later was not kept."""
    at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    kept = keep(
        book.ledger.shelf,
        account=account.name,
        account_sid=account.account_sid,
        server=book.server(account),
        actor=actor(book.repository),
        found=found,
        at=at,
    )
    terminal.talk(
        f"Account {account.name}: kept as {kept}."
        if kept
        else f"Account {account.name}: as at the last check, which is less than a day old; nothing was added."
    )


def _of_account(account: Account, base: Base, connection: Connection) -> tuple[tuple[Drifted, ...], str]:
    """What drifted, and why the provider does not tell who did it; '' when it does."""
    reader, live = read_account(account, connection, wanted_for_drift(base))
    found = drifted(account.name, base=base, live=live)
    if not found:
        return (), ""
    sids = sorted({one.service_sid for one in found})
    since = datetime.now(UTC) - timedelta(days=_EVENT_DAYS)
    try:
        events = reader.events(sids, since=since.isoformat(timespec="seconds").replace("+00:00", "Z"))
    except ProviderError as error:
        return found, error.message
    return with_events(found, events, PROVIDERS[account.provider].properties()), ""
