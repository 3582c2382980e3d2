"""`smsops history`: every version of a channel, who made it, and when it went live."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.history.values import Version
from smsops.render.past import HISTORY, Told

_HELP = """Show every version of a channel, or of all of them, the newest first.

A version is what one commit of the main line (HEAD and its first parents) did: field by field, with author, committer,
signature, pull or merge request, approver, and the record of the apply that made it live. It goes on across renames,
moved files, and a channel that was deleted and came back; changes of smsops.yaml that affect the channel belong to it.

Signatures are checked with the keys of this machine, and only for one channel: git starts a program for each."""


@group.command(
    "history",
    renderers=HISTORY,
    help=_HELP,
    examples=("smsops history support", "smsops history -o csv=changes.csv"),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here, as in a shallow clone",
        ExitCode.INVALID: "no such channel, or smsops.yaml cannot be read",
    },
)
@click.argument("channel", required=False)
def command(terminal: Terminal, channel: str | None) -> int:
    from smsops.cli.begun import begun_ahead

    with begun_ahead(terminal) as ahead:
        from smsops.cli.past import past_of, retold  # only here: help needs no YAML, and git is at work meanwhile
        from smsops.history.signatures import checked

        if channel is None:
            found = retold(terminal, ahead=ahead)
            versions = tuple(version for past in found.chronicle.pasts for version in past.versions)
            title = "all channels"
        else:
            found, past = past_of(terminal, channel, ahead)
            versions, title = checked(past.versions, found.repository), past.name
    places = {id: place for place, id in enumerate(found.read.line)}
    told = Told(
        versions=tuple(sorted(versions, key=lambda version: _order(version, places), reverse=True)),
        title=title,
        ledger=found.chronicle.ledger,
    )
    terminal.emit(HISTORY, told)
    return ExitCode.OK


def _order(version: Version, places: dict[str, int]) -> tuple[int, str]:
    return places[version.commit.id], version.channel
