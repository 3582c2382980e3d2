"""`smsops set`: one value of a channel file, spliced into its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from smsops.cli import group
from smsops.cli.differing import difference
from smsops.cli.project import InvalidFiles, UnknownChannel, require_no_channel_file, tried
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.cli.writing import replace_file
from smsops.diagnostics import Finding, Severity
from smsops.errors import ExitCode, SmsopsError, UsageError
from smsops.render.edited import EDITED, Edited

if TYPE_CHECKING:
    from smsops.files.document import Document, Path
    from smsops.files.trial import Trial

_HELP = """Set one value in a channel file; every other byte stays.

KEY is a key of the file, such as webhook_url, messaging.use_case or tags.NAME; phone_numbers.NUMBER.label is one of a
number. null clears a value. Lists are edited in the file. A value that would make the files invalid is refused."""


class Unset(InvalidFiles):
    """The value would make the files invalid, so it was not written."""

    def __init__(self, findings: tuple[Finding, ...], path: str) -> None:
        super().__init__(findings)
        self.message = f"{path} stays as it is: with this value it would not be valid."
        self.hint = f"smsops explain {self.code} says more."


@group.command(
    "set",
    renderers=EDITED,
    help=_HELP,
    examples=(
        "smsops set support webhook_url https://hooks.example.com/v2",
        'smsops set support phone_numbers.+12065550101.label "Front desk"',
    ),
    exits=OPENED
    | {
        ExitCode.OK: "done, or nothing to change",
        ExitCode.ERROR: "the file cannot be written",
        ExitCode.INVALID: "the value, or the file, is not valid",
    },
)
@click.argument("channel")
@click.argument("key")
@click.argument("value")
def command(terminal: Terminal, channel: str, key: str, value: str) -> int:
    from smsops.files.keys import key_at, path_of, value_of  # only here: the help of a command needs no YAML
    from smsops.files.splice import with_value

    trial = tried(terminal)
    document = _document(trial, channel)
    assert isinstance(document.value, dict)
    path = path_of(key, document.value)
    file = trial.root / document.path
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SmsopsError(f"{document.path} cannot be read: {error.strerror}.", code="SMS103") from error
    changed = with_value(data, path, value_of(value, key_at(document.value, path)))
    if changed is None:
        message = f"{document.path} stays as it is: the value cannot be put in without touching something else."
        raise SmsopsError(
            message, hint="Edit the file; smsops fmt brings it into a simpler layout first.", code="SMS102"
        )
    findings = _warnings(trial, document.path, path, data, changed)
    if changed != data:
        replace_file(file, changed)
    lines = difference(_text(data), _text(changed), document.path, around=0)
    terminal.emit(EDITED, Edited(path=document.path, diff=tuple(lines), findings=findings))
    return ExitCode.OK


def _document(trial: Trial, name: str) -> Document:
    """The file of a channel. Raises UnknownChannel, and InvalidFiles for a file that cannot be read as YAML."""
    require_no_channel_file(name)
    broken = tuple(finding for finding in trial.unread if _stem(finding.location.path) == name)
    named = [document for document in trial.read.documents if _called(document) == name]
    if len(named) > 1:
        paths = ", ".join(document.path for document in named)
        raise UsageError(f"Several files declare a channel {name!r}: {paths}.", hint="Rename all but one of them.")
    if named:
        return named[0]
    if any(finding.severity is Severity.ERROR for finding in broken):
        raise InvalidFiles(broken)
    near = group.suggestion(name, map(_called, trial.read.documents))
    raise UnknownChannel(f"There is no channel {name!r}.{near}", hint="smsops list shows the channels.")


def _called(document: Document) -> str:
    return str(document.value.get("name", "")) if isinstance(document.value, dict) else ""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _warnings(trial: Trial, file: str, path: Path, before: bytes, after: bytes) -> tuple[Finding, ...]:
    """What is found at the value now. Raises Unset where an error came in, or stands at the value as it would be."""
    _, old = trial.findings(before, file)
    document, new = trial.findings(after, file)
    places = {document.place(path)[:2], document.place(path, key=True)[:2]}
    here = [
        finding
        for finding in new
        if finding.location.path == file and (finding.location.line, finding.location.column) in places
    ]
    known = _counted(old)
    came = [finding for finding in new if _counted(new)[_kind(finding)] > known[_kind(finding)]]
    if wrong := [finding for finding in dict.fromkeys([*here, *came]) if finding.severity is Severity.ERROR]:
        raise Unset(tuple(wrong), file)
    return tuple(here)


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter(_kind(finding) for finding in findings)


def _kind(finding: Finding) -> tuple[str, str]:
    return finding.location.path, finding.code


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
