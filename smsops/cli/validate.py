"""`smsops validate`: the files alone, without network and credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from smsops.cli import group
from smsops.cli.paths import below, inside
from smsops.cli.project import load
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.render.findings import Checked
from smsops.render.tables import CHECKED

if TYPE_CHECKING:
    from smsops.files.load import Loaded

_HELP = """Check the files: no network, no credentials.

The whole project is read; PATH limits what is shown."""


@group.command(
    "validate",
    renderers=CHECKED,
    help=_HELP,
    examples=("smsops validate", "smsops validate channels/support.yaml -o json"),
    exits=OPENED | {ExitCode.OK: "no error; there may be warnings"},
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
def command(terminal: Terminal, paths: tuple[Path, ...]) -> int:
    checked = _limited(load(terminal), paths)
    terminal.emit(CHECKED, checked)
    return ExitCode.OK if checked.ok else ExitCode.INVALID


def _limited(loaded: Loaded, paths: tuple[Path, ...]) -> Checked:
    """What was found at the paths; everything when there are none, or when smsops.yaml itself is broken."""
    if not paths or loaded.project is None:
        return Checked(findings=loaded.findings, files=loaded.files, channels=len(loaded.channels), paths=loaded.paths)
    roots = [place for path in paths for place in inside(path, Path(loaded.project.root))]
    return Checked(
        findings=tuple(finding for finding in loaded.findings if below(finding.location.path, roots)),
        files=loaded.files,
        channels=len([channel for channel in loaded.channels if below(channel.path, roots)]),
        paths=tuple(path for path in loaded.paths if below(path, roots)),
    )
