"""`smsops blame`: for each field and each number of a channel, who set it, and which apply made it live."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.project import UnknownChannel
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.history.blame import blame
from smsops.history.signatures import checked
from smsops.render.blamed import BLAME, Blamed, BlameRow

_HELP = """Show who set each field and each number of a channel.

Each comes with its commit, and with the apply that made it live."""


@group.command(
    "blame",
    renderers=BLAME,
    help=_HELP,
    examples=("smsops blame support", "smsops blame support -o json"),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here, as in a shallow clone",
        ExitCode.INVALID: "no such channel, or smsops.yaml cannot be read",
    },
)
@click.argument("channel")
def command(terminal: Terminal, channel: str) -> int:
    from smsops.cli.past import past_of  # only here: help needs no YAML

    found, past = past_of(terminal, channel)
    if not past.exists:
        last = past.versions[-1].commit
        raise UnknownChannel(
            f"The channel {past.name!r} left git at {last.merged_at} with commit {last.id[:12]}.",
            hint=f"smsops history {past.name} shows what it was, and smsops show {past.name} --at DATE any day of it.",
        )
    rows = blame(past)
    versions = checked((version for _, _, version in rows), found.repository)
    told = tuple(
        BlameRow(field=key, value=value, version=version)
        for (key, value, _), version in zip(rows, versions, strict=True)
    )
    terminal.emit(BLAME, Blamed(channel=past.name, rows=told))
    return ExitCode.OK
