"""`smsops fmt`: channel files in their canonical layout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.differing import difference
from smsops.cli.options import option
from smsops.cli.paths import below, inside
from smsops.cli.project import load
from smsops.cli.terminal import Terminal, write_file
from smsops.diagnostics import Finding, Severity
from smsops.errors import ExitCode, SmsopsError
from smsops.render.laid_out import LAID_OUT, LaidOut

_HELP = """Bring channel files into the canonical layout.

What they say stays, and every comment. Keys get one order and blocks one indentation; phone numbers, and texts that
other programs would misread, get quotes. PATH is a channel file or a folder; without one, all channel files are
meant."""
_SYNTAX = "SMS1"
"""The family of findings that keep a file from being laid out: it cannot be read, or not as YAML."""


@group.command(
    "fmt",
    renderers=LAID_OUT,
    help=_HELP,
    examples=("smsops fmt", "smsops fmt --check --diff"),
    exits={
        ExitCode.ERROR: "a file would change (--check), or cannot be read or written",
        ExitCode.INVALID: "a file cannot be understood; the others are laid out",
        ExitCode.USAGE: "wrong usage, or no project",
    },
)
@option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
def command(terminal: Terminal, check: bool, diff: bool, paths: tuple[Path, ...]) -> int:
    laid = _run(terminal, paths, check=check, diff=diff)
    terminal.emit(LAID_OUT, laid)
    if laid.errors:
        raise _joined(laid.errors)
    if laid.findings:
        return ExitCode.INVALID
    return ExitCode.OK if laid.ok else ExitCode.ERROR


def _run(terminal: Terminal, paths: tuple[Path, ...], *, check: bool, diff: bool) -> LaidOut:
    """Lay out every file that can be: what is wrong with one is no reason to leave another."""
    from smsops.files.root import PROJECT_FILE  # only here: the help of a command needs no YAML

    loaded = load(terminal)
    root = terminal.root
    assert root is not None
    project = terminal.options.config.name if terminal.options.config else PROJECT_FILE
    chosen = _chosen(terminal, [path for path in loaded.paths if path != project], paths, root)
    unread = [finding for finding in loaded.findings if _is_unread(finding)]
    findings = [finding for finding in unread if finding.location.path in {*chosen, project}]
    broken = {finding.location.path for finding in findings}
    changed: list[str] = []
    lines: list[str] = []
    errors: list[SmsopsError] = []
    for path in chosen:
        if path in broken:
            continue
        try:
            before, after = _laid_out(root / path, path)
            if before != after and not (check or diff):
                _write(root / path, path, after)
        except SmsopsError as error:
            errors.append(error)
            continue
        if before != after:
            changed.append(path)
            lines += difference(before, after, path) if diff else ()
    return LaidOut(
        files=len(chosen),
        same=len(chosen) - len(broken & set(chosen)) - len(errors) - len(changed),
        changed=tuple(changed),
        findings=tuple(findings),
        errors=tuple(errors),
        is_dry=check or diff,
        is_check=check,
        diff=tuple(lines) if diff else None,
    )


def _chosen(terminal: Terminal, channels: list[str], paths: tuple[Path, ...], root: Path) -> list[str]:
    """The channel files at the paths; of a path without any it is told, as hooks may pass every file of a change."""
    if not paths:
        return channels
    found: set[str] = set()
    for path in paths:
        places = inside(path, root)
        here = [channel for channel in channels if below(channel, places)]
        if not here:
            terminal.talk(f"{path} stays as it is: it is no channel file, and holds none.")
        found.update(here)
    return sorted(found)


def _is_unread(finding: Finding) -> bool:
    return finding.code.startswith(_SYNTAX) and finding.severity is Severity.ERROR


def _laid_out(file: Path, path: str) -> tuple[str, str]:
    """The file as it is and as it should be. Raises SmsopsError."""
    from smsops.files.layout import laid_out

    try:
        data = file.read_bytes()
    except OSError as error:
        raise SmsopsError(f"{path} cannot be read: {error.strerror}.", code="SMS103") from error
    result = laid_out(data, path)
    return data.decode("utf-8", "replace"), (data if result is None else result).decode("utf-8", "replace")


def _write(file: Path, path: str, text: str) -> None:
    """Raises SmsopsError: a file that nobody may write is not replaced, though its folder would allow that."""
    if not (os.access(file, os.W_OK) and file.stat().st_mode & 0o222):
        raise SmsopsError(f"{path} is read-only.", hint="Make it writable, or leave it out.", code="SMS102")
    try:
        write_file(file, text)
    except SmsopsError as error:
        hint = "Mend its permissions, or those of its folder."
        raise SmsopsError(error.message, hint=hint, code=error.code) from error


def _joined(errors: Sequence[SmsopsError]) -> SmsopsError:
    """Everything that went wrong in one error, with the first one's hint."""
    first = errors[0]
    return SmsopsError(" ".join(error.message for error in errors), hint=first.hint, code=first.code)
