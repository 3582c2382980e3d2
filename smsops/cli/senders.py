"""`smsops senders`: which declared numbers a campaign may use, and why not the others."""

from __future__ import annotations

from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.onward import next_command
from smsops.cli.options import option
from smsops.cli.project import opened_with_gaps
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.render.senders import SENDERS, Senders
from smsops.senders import Use, candidates

_HELP = """List the numbers that a campaign may use, and why not the others.

A simple campaign only sends: its number belongs to a channel that is enabled and sends. An advanced one is a
conversation: the channel also receives, so that replies reach its webhook. Only files are read."""


@group.command(
    "senders",
    renderers=SENDERS,
    help=_HELP,
    examples=("smsops senders", "smsops senders --for advanced -o csv"),
    exits=OPENED | {ExitCode.INVALID: "files invalid, after what can be told"},
)
@option("--for", "use", type=click.Choice([str(use) for use in Use]), help="Judge for this kind of campaign alone.")
def command(terminal: Terminal, use: str | None) -> int:
    project, loaded, gap = opened_with_gaps(terminal)
    found = candidates(loaded.channels, loaded.claims)
    is_empty = not found and gap is None
    senders = Senders(
        candidates=found,
        uses=(Use(use),) if use else tuple(Use),
        next_command=next_command(Path(project.root), terminal.options.chdir) if is_empty else None,
        error=gap,
        findings=gap.findings if gap else (),
    )
    terminal.emit(SENDERS, senders)
    if gap:
        raise gap
    return ExitCode.OK
