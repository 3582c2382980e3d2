"""`smsops explain`: why a code exists, with a bad and a good example."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.terminal import Terminal
from smsops.codes import CODES
from smsops.errors import UsageError
from smsops.render.reference import CODES as RENDERERS


@group.command("explain", renderers=RENDERERS, help="Explain a code such as SMS204; without one, list all codes.")
@click.argument("code", required=False)
def command(terminal: Terminal, code: str | None) -> None:
    if code is None:
        terminal.emit(RENDERERS, [CODES[known] for known in sorted(CODES)])
        return
    wanted = code.upper()
    if wanted not in CODES:
        near = group.suggestion(wanted, CODES)
        raise UsageError(f"There is no code {code!r}.{near}", hint="smsops explain lists all codes.")
    terminal.emit(RENDERERS, [CODES[wanted]])
