"""`smsops list`: the channels in a table."""

from __future__ import annotations

from smsops.cli import group
from smsops.cli.project import opened
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.render.channels import LIST


@group.command(
    "list", renderers=LIST, help="List the channels.", examples=("smsops list", "smsops list -o json"), exits=OPENED
)
def command(terminal: Terminal) -> None:
    terminal.emit(LIST, opened(terminal).channels)
