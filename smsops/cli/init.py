"""`smsops init`: a project to start from, and the pipelines that are asked for. It never overwrites a file."""

from __future__ import annotations

import os
import re
import shlex
import stat
from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode, ProjectError, SmsopsError, UsageError
from smsops.git import GitError, Repository
from smsops.project import SecretKind
from smsops.render.plain import clean
from smsops.render.started import STARTED, Fate, Started
from smsops.starter import PIPELINES, project

_HELP = """Write a project into DIR, and the pipelines that are asked for.

Where there is a project, only what --ci asks for is added. A file that is there is never overwritten: one with other
content is left and named, and the exit code is 1."""


@group.command("init", renderers=STARTED, help=_HELP)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@option(
    "--ci",
    metavar="NAME",
    type=click.Choice(list(PIPELINES)),
    multiple=True,
    help=f"Add pipelines: {', '.join(PIPELINES)}. Repeatable.",
)
def command(terminal: Terminal, folder: Path | None, ci: tuple[str, ...]) -> int:
    root = _root(folder or Path())
    asked = tuple(dict.fromkeys(ci))
    files = {} if (root / "smsops.yaml").exists() else _project(root)
    if asked:
        top, inside = _repository(root)
        for name in asked:
            files |= {top / path: text for path, text in PIPELINES[name](inside).items()}
    started = Started(
        files=tuple((os.path.relpath(path), _written(path, text)) for path, text in files.items()),
        pipelines=asked,
        secrets=_secrets(root),
        next_command=_next(root, terminal.options.chdir),
    )
    terminal.emit(STARTED, started)
    return ExitCode.OK if started.ok else ExitCode.ERROR


def _root(folder: Path) -> Path:
    """The folder of the project. Raises UsageError inside the folder of another one."""
    from smsops.files.load import find_root  # only here: the help of a command needs no YAML

    root = Path(os.path.abspath(folder))
    try:
        found = find_root(root)
    except ProjectError:
        return root
    if found != root:
        raise UsageError(
            f"{clean(root)} is inside the project {clean(found)}.", hint=f"Name that one: smsops init {clean(found)}"
        )
    return root


def _project(root: Path) -> dict[Path, str]:
    from smsops.files.schema import schema_text

    schemas = {f"schemas/{name}.schema.json": schema_text(name) for name in ("channel", "project")}
    return {root / path: text for path, text in (project() | schemas).items()}


def _repository(root: Path) -> tuple[Path, str]:
    """The folder that forges take pipelines from, and where the project is in it.

    Raises UsageError for a place that the files of a pipeline cannot name.
    """
    parent = next(folder for folder in (root, *root.parents) if folder.is_dir())
    try:
        told = os.fsdecode(Repository(parent).run("rev-parse", "--show-toplevel").removesuffix(b"\n"))
    except GitError:
        return root, ""
    inside = os.path.relpath(os.path.realpath(root), told)
    if inside == ".":
        return root, ""
    if not re.fullmatch(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*", inside):
        raise UsageError(
            f"The folder {clean(inside)!r} of the repository has characters that mean something else in a pipeline.",
            hint="Use letters, digits, hyphens, dots and underscores.",
        )
    return Path(told), inside


def _written(path: Path, text: str) -> Fate:
    """Write a file unless something is there, be it a link that leads nowhere. Raises SmsopsError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return Fate.SAME if _holds(path, text) else Fate.LEFT
    except OSError as error:
        raise SmsopsError(
            f"{clean(path)} cannot be written: {error.strerror or error}.", code="SMS102", hint="Choose another folder."
        ) from error
    return Fate.WRITTEN


def _holds(path: Path, text: str) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode) and path.read_bytes() == text.encode()
    except OSError:
        return False


def _secrets(root: Path) -> tuple[str, ...]:
    """The variables that smsops.yaml refers to, as far as it can be read."""
    from smsops.files.load import load_project

    loaded = load_project(root).project
    references = [account.secret for account in loaded.accounts.values()] if loaded else []
    return tuple(sorted({ref.target[0] for ref in references if ref.kind is SecretKind.ENV}))


def _next(root: Path, chdir: Path | None) -> str:
    """A command that works at once, without credentials."""
    place = os.path.normpath(os.path.join(chdir or "", os.path.relpath(root)))
    return shlex.join(["smsops", *(() if place == "." else ("-C", place)), "--sandbox", "plan"])
