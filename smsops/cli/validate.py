"""`smsops validate`: the files alone, without network and credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from smsops.cli import group
from smsops.cli.paths import below, inside
from smsops.cli.project import judged
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode
from smsops.render.findings import Checked
from smsops.render.tables import CHECKED

if TYPE_CHECKING:
    from smsops.files.load import Judged

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
    checked = _limited(judged(terminal), paths)
    terminal.emit(CHECKED, checked)
    return ExitCode.OK if checked.ok else ExitCode.INVALID


def _limited(judged: Judged, paths: tuple[Path, ...]) -> Checked:
    """What was found at the paths; everything when there are none, or when smsops.yaml itself is broken."""
    if not paths or judged.project is None:
        return Checked(
            findings=judged.findings, files=len(judged.paths), channels=len(judged.valid), paths=judged.paths
        )
    roots = [place for path in paths for place in inside(path, Path(judged.project.root))]
    return Checked(
        findings=tuple(finding for finding in judged.findings if below(finding.location.path, roots)),
        files=len(judged.paths),
        channels=len([document for document in judged.valid if below(document.path, roots)]),
        paths=tuple(path for path in judged.paths if below(path, roots)),
    )
