"""Opening the project for a command: its files must be valid, and the named channels must exist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smsops.cli.group import suggestion
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Finding, has_errors
from smsops.errors import ExitCode, ProjectError, SmsopsError, UsageError
from smsops.frozen import Frozen

if TYPE_CHECKING:
    from smsops.files.document import Document
    from smsops.files.load import Judged, Loaded
    from smsops.files.trial import Trial
    from smsops.model import Channel
    from smsops.project import Project


class InvalidFiles(SmsopsError):
    """The files have errors, so nothing can be decided from them."""

    exit_code = ExitCode.INVALID

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        from smsops.render.findings import counts_text  # only here and below: most files have no finding

        first = next(finding for finding in findings if finding.severity == "error")
        super().__init__(
            f"The files are invalid: {counts_text(findings)}.",
            hint=f"Mend them first; smsops explain {first.code} says more.",
            code=first.code,
        )
        self.findings = findings


class UnknownChannel(SmsopsError):
    """A channel was named that no file declares."""

    exit_code = ExitCode.INVALID
    code = "SMS102"


class Opened(Frozen):
    """A project without errors."""

    project: Project
    channels: tuple[Channel, ...]

    @property
    def by_name(self) -> dict[str, Channel]:
        return {channel.name: channel for channel in self.channels}

    @property
    def root(self) -> Path:
        return Path(self.project.root)

    def channel(self, name: str) -> Channel:
        """The channel of that name. Raises UnknownChannel."""
        self.require([name])
        return next(channel for channel in self.channels if channel.name == name)

    def require(self, names: Sequence[str]) -> None:
        """Raises UnknownChannel, with every unknown name in one message."""
        known = [channel.name for channel in self.channels]
        for name in names:
            require_no_channel_file(name)
        missing = [name for name in names if name not in known]
        if missing:
            told = " ".join(f"There is no channel {name!r}.{suggestion(name, known)}" for name in missing)
            raise UnknownChannel(told, hint="smsops list shows the channels.")


def load(terminal: Terminal, heard: Callable[[Project, Document], None] | None = None) -> Loaded:
    """Read everything; see `load_project`. Raises ProjectError when there is no project."""
    from smsops.files.load import load_project  # only here: help needs no YAML

    place = _place(terminal)
    if heard is not None and terminal.early.loaded is not None:
        return terminal.early.loaded
    return load_project(*place, heard=heard)


def tried(terminal: Terminal) -> Trial:
    """The project, for a channel file that is to be written. Raises InvalidFiles when smsops.yaml has errors."""
    from smsops.files.trial import trial_of  # only here: help needs no YAML

    trial = trial_of(*_place(terminal))
    if trial.read.project is None:
        path = trial.read.project_document.path
        raise InvalidFiles(tuple(finding for finding in trial.unread if finding.location.path == path))
    return trial


def judged(terminal: Terminal) -> Judged:
    """Read and check everything, and make nothing of it. Raises ProjectError when there is no project."""
    from smsops.files.load import judge_project

    return judge_project(*_place(terminal))


def _talk(terminal: Terminal, findings: tuple[Finding, ...]) -> None:
    from smsops.render.findings import findings_text

    terminal.talk(findings_text(findings, color=False))


def _place(terminal: Terminal) -> tuple[Path, Path | None]:
    """Where to look for the project, and its file when that is named. Raises ProjectError when there is none."""
    from smsops.files.root import find_root

    try:
        start = Path.cwd()
    except OSError as error:
        raise ProjectError("The working directory does not exist any more.", hint="Change to another one.") from error
    config = terminal.options.config.absolute() if terminal.options.config else None
    terminal.root = config.parent if config else find_root(start)
    return start, config


def channels_if_any(terminal: Terminal) -> dict[str, Channel]:
    """The channels for what is shown beside a saved plan: labels, and where replies go. It says enough without them."""
    try:
        return opened_for_credentials(terminal).by_name
    except SmsopsError:
        return {}


def require_no_channel_file(word: str) -> None:
    """Raises UsageError for the path of a channel file where its name is wanted."""
    if word.endswith((".yaml", ".yml")):
        raise UsageError(f"{word!r} is a file; a channel is called by its name.", hint=f"Say {Path(word).stem}.")


def opened_for_credentials(terminal: Terminal) -> Opened:
    """The project for a plan that was saved: smsops.yaml must be valid; what is wrong with channel files is not asked.

    Raises InvalidFiles and ProjectError.
    """
    loaded = load(terminal)
    if loaded.project is None:
        raise InvalidFiles(loaded.findings)
    return Opened(project=loaded.project, channels=tuple(sorted(loaded.channels, key=lambda c: c.name)))


def opened_for_the_past(terminal: Terminal, *, valid: bool = False) -> Opened:
    """The project without its channel files: git is asked about them. Raises InvalidFiles and ProjectError.

    Where nothing is judged by its policy, smsops.yaml need not be `valid`: what is wrong in it is said and goes on.
    """
    from smsops.files.load import load_project_file

    loaded = load_project_file(*_place(terminal), valid=valid)
    if loaded.project is None:
        raise InvalidFiles(loaded.findings)
    if has_errors(loaded.findings):
        _talk(terminal, loaded.findings)
        terminal.talk("The past is told all the same: git and the ledger hold it.")
    return Opened(project=loaded.project, channels=())


def opened_with_gaps(terminal: Terminal) -> tuple[Project, Loaded, InvalidFiles | None]:
    """Everything as far as it can be read, and what stops it from being the whole; for a command that tells both.

    Warnings go to stderr; so does what is in InvalidFiles, when the command raises it after its answer. Raises
    ProjectError, and InvalidFiles where smsops.yaml itself has errors.
    """
    loaded = load(terminal)
    if loaded.project is None:
        raise InvalidFiles(loaded.findings)
    if has_errors(loaded.findings):
        return loaded.project, loaded, InvalidFiles(loaded.findings)
    if loaded.findings:
        _talk(terminal, loaded.findings)
    return loaded.project, loaded, None


def opened(terminal: Terminal, heard: Callable[[Project, Document], None] | None = None) -> Opened:
    """A project whose files have no errors; warnings go to stderr. Raises InvalidFiles and ProjectError."""
    loaded = load(terminal, heard)
    if loaded.project is None or has_errors(loaded.findings):
        raise InvalidFiles(loaded.findings)
    if loaded.findings:
        _talk(terminal, loaded.findings)
    return Opened(project=loaded.project, channels=tuple(sorted(loaded.channels, key=lambda c: c.name)))
