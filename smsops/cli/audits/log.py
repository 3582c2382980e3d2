"""`smsops audit log`: everything that was merged and applied in a period."""

from __future__ import annotations

from smsops.audit.population import population
from smsops.cli import group
from smsops.cli.audits.period import period_of, period_options
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.render.listed import LISTED, Listed

_HELP = """List every change that was merged and every apply, the oldest first.

A change is one commit and one channel; a change of smsops.yaml is one too. Both have their own time."""


@group.command(
    "log",
    renderers=LISTED,
    help=_HELP,
    examples=("smsops audit log --since 2026-01-01 --until 2026-03-31", "smsops audit log -o csv=population.csv"),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here, or the ledger is not whole",
        ExitCode.INVALID: "smsops.yaml cannot be read",
    },
)
@period_options
def command(terminal: Terminal, since: str, until: str) -> int:
    from smsops.cli.audits.whole import whole_past  # only here: help needs no YAML

    period = period_of(since, until)
    items = population(whole_past(terminal, period), period)
    terminal.emit(LISTED, Listed(items=items, period=period, population=len(items)))
    return ExitCode.OK
