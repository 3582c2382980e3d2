"""`smsops new`: a channel file from the form on a terminal, from options, or a skeleton to fill in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smsops.cli import group
from smsops.cli.asking import Asker, can_ask, leaving
from smsops.cli.form import Form
from smsops.cli.options import option
from smsops.cli.project import InvalidFiles, require_no_channel_file, tried
from smsops.cli.terminal import Terminal, say
from smsops.cli.usage import OPENED
from smsops.cli.writing import create_file
from smsops.errors import ExitCode, UsageError
from smsops.render.created import CREATED, Created
from smsops.render.plain import clean_lines

if TYPE_CHECKING:
    from smsops.files.trial import Trial

_HELP = """Write a channel file: a form on a terminal, else a skeleton.

On a terminal it asks for what the options do not say; each answer is checked as it is given, and ? explains a question.
Elsewhere, and with --no-input, what is not said is left to be filled in. A file that is there is never overwritten."""
_SUFFIXES = (".yaml", ".yml")


@group.command(
    "new",
    renderers=CREATED,
    help=_HELP,
    examples=(
        "smsops new reminders",
        "smsops new alerts --owner care --direction outbound --status-callback-url https://hooks.example.com/s",
    ),
    exits=OPENED
    | {
        ExitCode.OK: "written",
        ExitCode.ERROR: "it cannot be written",
        ExitCode.INVALID: "files invalid, or what the options say is",
        ExitCode.REFUSED: "you did not agree",
        ExitCode.USAGE: "wrong usage, no project, or the file is there already",
        ExitCode.INTERRUPTED: "left before the end, and nothing is written",
    },
)
@click.argument("name")
@option("--provider", metavar="NAME", help="Who sends; smsops providers lists them.")
@option("--account", metavar="NAME", help="An account of smsops.yaml.")
@option("--direction", metavar="WAY", help="outbound, inbound-and-outbound or inbound.")
@option("--webhook-url", metavar="URL", help="Called for each inbound message.")
@option("--fallback-url", metavar="URL", help="Called when that one fails.")
@option("--status-callback-url", metavar="URL", help="Told about each sent message.")
@option("--number", metavar="NUMBER", multiple=True, help="A phone number in E.164. Repeatable.")
@option("--owner", metavar="TEAM", help="The team that owns the channel.")
def command(terminal: Terminal, name: str, number: tuple[str, ...], owner: str | None, **given: str | None) -> int:
    require_no_channel_file(name)
    trial = tried(terminal)
    said: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if number:
        said["phone_numbers"] = list(number)
    if owner is not None:
        said["owner"] = {"team": owner}
    form = begun(trial, name, said, has_schema=(trial.root / "schemas" / "channel.schema.json").is_file())
    if can_ask(terminal):
        created = _asked(terminal, form)
    else:
        form.take_given()
        created = _written(trial.root, form, form.skeleton() if form.open_keys() else form.text())
    terminal.emit(CREATED, created)
    return ExitCode.OK


def begun(trial: Trial, name: str, given: Mapping[str, Any], *, has_schema: bool) -> Form:
    """A form for a channel that is not there yet. Raises InvalidFiles for its name, and UsageError."""
    folder = trial.project.channels
    top = os.path.realpath(trial.root / folder)
    if not Path(top).is_relative_to(os.path.realpath(trial.root)) or (os.path.lexists(top) and not os.path.isdir(top)):
        raise InvalidFiles(tuple(finding for finding in trial.unread if finding.code == "SMS116"))
    stem = f"{os.path.normpath(folder)}/{name}"
    for suffix in _SUFFIXES:
        if os.path.lexists(trial.root / f"{stem}{suffix}"):
            raise _there(f"{stem}{suffix}")
    form = Form(trial=trial, path=f"{stem}{_SUFFIXES[0]}", given=given, has_schema=has_schema)
    form.begin(name)
    return form


def _asked(terminal: Terminal, form: Form) -> Created:
    """Ask, show the file, and write it when the person agrees. Raises Left and Declined."""
    with leaving():
        asker = Asker(terminal)
        say(f"{form.path}: ? explains a question; Ctrl-C leaves, and nothing is written.\n\n")
        form.ask(asker)
        text = form.text()
        say(f"\n{clean_lines(text.rstrip())}\n\n")
        asker.agree(f"Write {form.path}?")
    return _written(form.trial.root, form, text)


def _written(root: Path, form: Form, text: str) -> Created:
    try:
        create_file(root / form.path, text.encode())
    except FileExistsError:
        raise _there(form.path) from None
    _, findings = form.trial.findings(text.encode(), form.path)
    here = tuple(finding for finding in findings if finding.location.path == form.path)
    return Created(name=form.answers["name"], path=form.path, findings=here)


def _there(path: str) -> UsageError:
    hint = "Choose another name, or change the file: smsops set CHANNEL KEY VALUE"
    return UsageError(f"{path} is there already, and is never overwritten.", hint=hint)
