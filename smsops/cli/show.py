"""`smsops show`: what the files say of one channel, and where."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.project import opened
from smsops.cli.terminal import Terminal
from smsops.render.channels import SHOW


@group.command("show", renderers=SHOW, help="Show one channel, and where each part of it is declared.")
@click.argument("channel")
def command(terminal: Terminal, channel: str) -> None:
    terminal.emit(SHOW, opened(terminal).channel(channel))
