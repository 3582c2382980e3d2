"""`smsops audit export`: what was merged and applied in a period, as files with a manifest."""

from __future__ import annotations

from pathlib import Path

import click

from smsops.audit.population import population
from smsops.cli import group
from smsops.cli.audits.folder import written
from smsops.cli.audits.period import period_of, period_options
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.render.export import exported
from smsops.render.wrote import WROTE, Wrote

_HELP = """Write what was merged and applied in a period into a folder.

The folder holds JSON Lines, CSV, a workbook, and a MANIFEST. The same history, ledger and period give the same bytes
on every machine. smsops audit verify DIR tells later whether a byte was altered; sha256sum -c MANIFEST does, too."""


@group.command(
    "export",
    renderers=WROTE,
    help=_HELP,
    examples=(
        "smsops audit export q2 --since 2026-04-01 --until 2026-06-30",
        "smsops audit export everything",
    ),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here, the ledger is not whole, or the folder cannot be written",
        ExitCode.INVALID: "smsops.yaml cannot be read",
        ExitCode.USAGE: "wrong usage, no project, or the folder is not empty",
    },
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@period_options
def command(terminal: Terminal, folder: Path, since: str, until: str) -> int:
    from smsops.cli.audits.whole import whole_past  # only here: help needs no YAML

    period = period_of(since, until)
    chronicle = whole_past(terminal, period)
    items = population(chronicle, period)
    terminal.progress(f"Writing {len(items):,} items.")
    files = written(folder, exported(chronicle, items, period))
    terminal.emit(WROTE, Wrote(folder=str(folder), files=files, items=len(items)))
    return ExitCode.OK
