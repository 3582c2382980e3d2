"""`smsops audit site`: a report that opens from disk and needs no network."""

from __future__ import annotations

from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.audits.folder import written
from smsops.cli.options import option
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.render.wrote import WROTE, Wrote

_HELP = """Write a report for the browser.

It shows what needs attention, a calendar of applies, a page a channel and an apply. It opens from disk, loads
nothing from anywhere, and is readable without scripts."""


@group.command(
    "site",
    renderers=WROTE,
    help=_HELP,
    examples=("smsops audit site report", "smsops audit site report --single-file  # one file, to send"),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here, or the folder cannot be written",
        ExitCode.INVALID: "smsops.yaml is invalid",
        ExitCode.USAGE: "wrong usage, no project, or the folder is not empty",
    },
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@option("--single-file", is_flag=True, help="Write one file with everything in it.")
def command(terminal: Terminal, folder: Path, single_file: bool) -> int:
    from smsops.cli.audits.chain import chain_findings
    from smsops.cli.audits.findings import rule_findings  # only here: help needs no YAML
    from smsops.cli.past import retold
    from smsops.history.signatures import all_checked
    from smsops.render.site import pages

    found = retold(terminal, valid=True)
    chronicle = all_checked(found.chronicle, found.repository)
    attention = (*chain_findings(found.book), *rule_findings(found, chronicle))
    told = pages(chronicle, title=found.project.root.name, attention=attention, single_file=single_file)
    files = written(folder, ((name, html.encode()) for name, html in told))
    terminal.emit(WROTE, Wrote(folder=str(folder), files=files, items=len(found.chronicle.pasts)))
    return ExitCode.OK
