"""`smsops show`: what the files say of one channel, and where; or what a saved plan holds."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.project import channels_if_any, opened
from smsops.cli.saving import plan_file, read_plan
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode
from smsops.render.channels import SHOW
from smsops.render.drawn import Drawn
from smsops.render.tables import PLAN

_HELP = """Show one channel with where each part is declared, or a saved plan.

A plan can be read when it is stale or expired, too."""


@group.command("show", renderers=SHOW, help=_HELP)
@click.argument("what", metavar="CHANNEL | PLAN_FILE")
def command(terminal: Terminal, what: str) -> int:
    file = plan_file([what])
    if file is None:
        terminal.emit(SHOW, opened(terminal).channel(what))
    else:
        saved = read_plan(file)
        shard = (saved.shard.index, saved.shard.of) if saved.shard else None
        terminal.emit(PLAN, Drawn(plan=saved.plan, channels=channels_if_any(terminal), shard=shard, is_saved=True))
    return ExitCode.OK
