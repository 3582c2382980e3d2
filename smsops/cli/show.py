"""`smsops show`: what the files say of one channel, and where; or what a saved plan holds."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.project import channels_if_any, opened
from smsops.cli.saving import plan_file, read_plan
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode, UsageError
from smsops.render.at import AT
from smsops.render.channels import SHOW
from smsops.render.drawn import Drawn
from smsops.render.tables import PLAN

_HELP = """Show one channel with where each part is declared, or a saved plan.

A plan can be read when it is stale or expired, too. With --at the channel is shown as it was merged and as it was
applied at a date (its end, UTC), a time, or a revision; for a revision, by the apply that made it live. A file of then
that breaks a rule of today, or cannot be read, is shown all the same: key by key, and a line says so."""


@group.command(
    "show",
    renderers=AT,
    help=_HELP,
    examples=(
        "smsops show support",
        "smsops show plan.json",
        "smsops show support --at 2026-03-31",
        "smsops show support --at v1.4 -o json",
    ),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here (--at)",
        ExitCode.INVALID: "files invalid, or no such channel then",
        ExitCode.STALE: "the plan is damaged",
        ExitCode.USAGE: "wrong usage, no project, or PLAN_FILE cannot be read",
    },
)
@click.argument("what", metavar="CHANNEL | PLAN_FILE")
@option("--at", metavar="DATE|REV", help="Show the channel as it was then.")
def command(terminal: Terminal, what: str, at: str | None) -> int:
    if at is not None:
        from smsops.cli.at import moment_at  # only here: today's files need no git

        terminal.emit(AT, moment_at(terminal, what, at))
        return ExitCode.OK
    if odd := [output.format for output in terminal.outputs if output.format not in SHOW]:
        raise UsageError(f"Without --at, show prints text and json, and not {odd[0]}.")
    file = plan_file([what])
    if file is None:
        terminal.emit(SHOW, opened(terminal).channel(what))
    else:
        saved = read_plan(file)
        shard = (saved.shard.index, saved.shard.of) if saved.shard else None
        terminal.emit(PLAN, Drawn(plan=saved.plan, channels=channels_if_any(terminal), shard=shard, is_saved=True))
    return ExitCode.OK
