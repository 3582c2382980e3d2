"""`smsops init`: a project to start from, and the pipelines that are asked for. It never overwrites a file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from smsops.cli import group
from smsops.cli.asking import Asker, can_ask, leaving
from smsops.cli.onward import next_command
from smsops.cli.options import option
from smsops.cli.terminal import Terminal, say
from smsops.cli.writing import create_file
from smsops.errors import ExitCode, ProjectError, UsageError
from smsops.frozen import Frozen, replace
from smsops.git import GitError, Repository
from smsops.project import Project, SecretKind
from smsops.render.plain import clean
from smsops.render.started import STARTED, Fate, Paste, Started
from smsops.starter import IGNORED, PIPELINES, SHARED, Place, project
from smsops.starter.answered import Answers, answered_project
from smsops.starter.editor import editor

_HELP = """Write a project into DIR, and the pipelines that are asked for.

On a terminal it asks for what the options do not say. Elsewhere, and with --no-input, placeholders stand for that.
Where there is a project, only what --ci asks for is added. A file that is there is never overwritten: one with other
content is left and named, and the exit code is 1."""
_FILE = "smsops.yaml"
_MISNAMED = "smsops.yml"
_IGNORE = ".gitignore"
_MARK = "REPLACE"


@group.command(
    "init",
    renderers=STARTED,
    help=_HELP,
    examples=(
        "smsops init",
        "smsops init sms --account clinic --secret-env CLINIC_TOKEN --ci github --ci pre-commit",
    ),
    exits={
        ExitCode.ERROR: "a file with other content was left as it is, or a file cannot be written",
        ExitCode.INVALID: "what the options say is not valid",
        ExitCode.REFUSED: "you did not agree",
        ExitCode.USAGE: "wrong usage, or DIR lies in another project",
        ExitCode.INTERRUPTED: "left before the end, and nothing is written",
    },
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@option(
    "--ci",
    metavar="NAME",
    type=click.Choice(list(PIPELINES)),
    multiple=True,
    help=f"Add pipelines: {', '.join(PIPELINES)}. Repeatable.",
)
@option("--account", metavar="NAME", help="The name of the first account.")
@option("--account-sid", metavar="SID", help="Its SID.")
@option("--api-key-sid", metavar="SID", help="The SID of an API key of it; without one, its auth token is used.")
@option("--secret-env", metavar="VARIABLE", help="The variable that holds the key's secret, or the token.")
@option("--webhook-host", "webhook_hosts", metavar="HOST", multiple=True, help="A host of webhooks. Repeatable.")
def command(terminal: Terminal, folder: Path | None, ci: tuple[str, ...], **said: str | tuple[str, ...] | None) -> int:
    root = _root(folder or Path())
    is_new = not (root / _FILE).exists()
    given = {key: value for key, value in said.items() if value}
    if given and not is_new:
        raise UsageError(f"There is a project already, with its accounts in {_FILE}.", hint="Edit that file.")
    wanted = _wanted(terminal, root, ci, given) if is_new else None
    asked = wanted.pipelines if wanted else tuple(dict.fromkeys(ci))
    top, place = _repository(root) if asked else (root, Place())
    files = wanted.files if wanted else {}
    editing = _editor(root) if is_new else {}
    fates = _all_written({root / path: text for path, text in files.items()} | editing)
    loaded = _loaded(root)
    if loaded:
        place = replace(place, channels=loaded.channels)
    pipelines = {top / path: text for name in asked for path, text in PIPELINES[name](place).items()}
    fates |= _all_written(pipelines)
    left = [path for path in pipelines if fates[path] is Fate.LEFT]
    started = Started(
        files=tuple((os.path.relpath(path), fate) for path, fate in fates.items()),
        pastes=(*_not_ignored(root, is_new=is_new), *(_paste(p, pipelines[p]) for p in left if p.name in SHARED)),
        pipelines=asked,
        branches=place.branches,
        secrets=_secrets(loaded),
        has_placeholders=_MARK in files.get(_FILE, ""),
        next_command=next_command(root, terminal.options.chdir),
    )
    terminal.emit(STARTED, started)
    return ExitCode.OK if started.ok else ExitCode.ERROR


class _Wanted(Frozen):
    """A project that is to be written."""

    files: Mapping[str, str]
    """By their path from the project's folder on."""
    pipelines: tuple[str, ...]


def _wanted(terminal: Terminal, root: Path, ci: tuple[str, ...], said: Mapping[str, Any]) -> _Wanted:
    """What is to be written. Raises Left, Declined and Unfit."""
    pipelines = tuple(dict.fromkeys(ci))
    if not said and not can_ask(terminal):
        return _Wanted(files=_with_shared(root, project()), pipelines=pipelines)
    from smsops.cli.beginning import agreed, asked, checked  # only here: the help of a command needs no form

    answers = Answers(**said)
    if not can_ask(terminal):
        checked(answers, root)
        return _Wanted(files=_with_shared(root, answered_project(answers, None)), pipelines=pipelines)
    with leaving():
        asker = Asker(terminal)
        say("? explains a question; Ctrl-C leaves, and nothing is written.\n\n")
        wanted = asked(asker, answers, frozenset(said), root, pipelines)
        files = _with_shared(root, answered_project(wanted.answers, wanted.channel))
        agreed(asker, wanted, files)
    return _Wanted(files=files, pipelines=wanted.pipelines)


def _root(folder: Path) -> Path:
    """The folder of the project. Raises UsageError inside the folder of another one, and beside a misnamed one."""
    from smsops.files.root import find_root  # only here: the help of a command needs no YAML

    root = Path(os.path.abspath(folder))
    try:
        found = find_root(root)
    except ProjectError:
        found = root
    if found != root:
        raise UsageError(
            f"{clean(root)} is inside the project {clean(found)}.", hint=f"Name that one: smsops init {clean(found)}"
        )
    if os.path.lexists(root / _MISNAMED) and not os.path.lexists(root / _FILE):
        raise UsageError(
            f"{clean(root)} has a {_MISNAMED}, and the file of a project is called {_FILE}.",
            hint=f"Rename it to {_FILE}, and run this again.",
        )
    return root


def _with_shared(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    """The files with those that are the same in every project. A `.gitignore` that is there is the person's own."""
    from smsops.files.schema import schema_text

    schemas = {f"schemas/{name}.schema.json": schema_text(name) for name in ("channel", "project")}
    ignored = {} if os.path.lexists(root / _IGNORE) else {_IGNORE: IGNORED}
    return {**files, **schemas, **ignored}


def _not_ignored(root: Path, *, is_new: bool) -> tuple[Paste, ...]:
    """What belongs into a `.gitignore` that is there already."""
    if not is_new:
        return ()
    try:
        there = (root / _IGNORE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        there = []
    missing = [line for line in IGNORED.splitlines() if line not in {each.strip() for each in there}]
    return (Paste(path=os.path.relpath(root / _IGNORE), lines="\n".join(missing) + "\n"),) if missing else ()


def _editor(root: Path) -> dict[Path, str]:
    """What an editor reads, as far as nothing is there; none where the place of the project cannot be named."""
    try:
        top, place = _repository(root)
    except UsageError:
        return {}
    return {top / path: text for path, text in editor(place).items() if not os.path.lexists(top / path)}


def _repository(root: Path) -> tuple[Path, Place]:
    """The folder that forges take pipelines from, and the place of the project in it.

    Raises UsageError for a place that the files of a pipeline cannot name.
    """
    repository = Repository(next(folder for folder in (root, *root.parents) if folder.is_dir()))
    try:
        told = os.fsdecode(repository.run("rev-parse", "--show-toplevel").removesuffix(b"\n"))
    except GitError:
        return root, Place()
    inside = os.path.relpath(os.path.realpath(root), told)
    if inside == ".":
        return root, Place(branches=_branches(repository))
    if not re.fullmatch(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*", inside):
        raise UsageError(
            f"The folder {clean(inside)!r} of the repository has characters that mean something else in a pipeline.",
            hint="Use letters, digits, hyphens, dots and underscores.",
        )
    return Path(told), Place(folder=inside, branches=_branches(repository))


def _branches(repository: Repository) -> tuple[str, ...]:
    """Where merges arrive: the default branch of `origin`, or what is most likely where git does not know it."""
    usual = Place().branches
    if known := _points_to(repository, "refs/remotes/origin/HEAD", "refs/remotes/origin/"):
        return (known,)
    # What is checked out may be the branch of this very change, and that one is merged into another.
    folders = ("refs/heads/", "refs/remotes/origin/")
    there = tuple(name for name in usual if any(repository.tip(folder + name) for folder in folders))
    checked_out = _points_to(repository, "HEAD", "refs/heads/")
    return there or ((checked_out,) if checked_out else usual)


def _points_to(repository: Repository, ref: str, prefix: str) -> str:
    """The branch that a symbolic ref names; '' for none, and for one whose name a workflow cannot hold as it is."""
    try:
        told = repository.run("symbolic-ref", "--quiet", ref).decode().removesuffix("\n")
    except (GitError, UnicodeDecodeError):
        return ""
    is_plain = told.isprintable() and "${{" not in told
    return told.removeprefix(prefix) if told.startswith(prefix) and is_plain else ""


def _all_written(files: Mapping[Path, str]) -> dict[Path, Fate]:
    return {path: _written(path, text) for path, text in files.items()}


def _written(path: Path, text: str) -> Fate:
    """Write a file unless something is there, be it a link that leads nowhere. Raises SmsopsError."""
    try:
        create_file(path, text.encode())
    except FileExistsError:
        return Fate.SAME if _holds(path, text) else Fate.LEFT
    return Fate.WRITTEN


def _holds(path: Path, text: str) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode) and path.read_bytes() == text.encode()
    except OSError:
        return False


def _paste(path: Path, text: str) -> Paste:
    """What a file that is there already needs, to be put in by hand."""
    below = SHARED[path.name]
    return Paste(path=os.path.relpath(path), below=below, lines=text.partition(f"\n{below}\n")[2])


def _loaded(root: Path) -> Project | None:
    """What smsops.yaml says, as far as it can be read."""
    from smsops.files.load import load_project  # only here: the help of a command needs no YAML

    return load_project(root).project


def _secrets(loaded: Project | None) -> tuple[str, ...]:
    """The variables that smsops.yaml refers to."""
    references = [account.secret for account in loaded.accounts.values()] if loaded else []
    return tuple(sorted({ref.target[0] for ref in references if ref.kind is SecretKind.ENV}))
