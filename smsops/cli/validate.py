"""`smsops validate`: the files alone, without network and credentials."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from smsops.cli import group
from smsops.cli.project import load
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode, UsageError
from smsops.render.findings import CHECKED, Checked

if TYPE_CHECKING:
    from smsops.files.load import Loaded

_HELP = """Check the files: no network, no credentials.

The whole project is read; PATH limits what is shown."""


@group.command("validate", renderers=CHECKED, help=_HELP)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(terminal: Terminal, paths: tuple[Path, ...]) -> int:
    checked = _limited(load(terminal), paths)
    terminal.emit(CHECKED, checked)
    return ExitCode.OK if checked.ok else ExitCode.INVALID


def _limited(loaded: Loaded, paths: tuple[Path, ...]) -> Checked:
    """What was found at the paths; everything when there are none, or when smsops.yaml itself is broken."""
    if not paths or loaded.project is None:
        return Checked(findings=loaded.findings, files=loaded.files, channels=len(loaded.channels))
    roots = [_inside(path, Path(loaded.project.root)) for path in paths]
    return Checked(
        findings=tuple(finding for finding in loaded.findings if _below(finding.location.path, roots)),
        files=loaded.files,
        channels=len([channel for channel in loaded.channels if _below(channel.path, roots)]),
    )


def _inside(path: Path, root: Path) -> PurePosixPath:
    try:
        return PurePosixPath(path.resolve().relative_to(root.resolve()).as_posix())
    except ValueError as error:
        raise UsageError(f"{str(path)!r} is outside the project.", hint=f"The project is {root}.") from error


def _below(path: str, roots: Iterable[PurePosixPath]) -> bool:
    return any(PurePosixPath(path).is_relative_to(root) or root == PurePosixPath() for root in roots)
