"""Where output goes: data to stdout or to files, talk and progress to stderr, colour only where a person looks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from smsops.cli import mute
from smsops.cli.early import NOTHING, Early
from smsops.cli.options import Options, Output
from smsops.errors import SmsopsError
from smsops.render.plain import clean, clean_lines
from smsops.render.tables import REPORTED, Renderers

if TYPE_CHECKING:
    from smsops.render.report import Report

WIPE = "\r\x1b[K"
"""Back to the first column, and nothing left on the line."""

_ASCII = str.maketrans({"→": "->", "…": "...", "–": "-"})


class OutputLost(SmsopsError):
    """stdout does not take what is to be printed: its disk is full, or its reader has gone."""

    code = "SMS102"

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"stdout cannot be written: {error.strerror or error}.", hint="Send the output somewhere else."
        )
        self.reader_left = isinstance(error, BrokenPipeError)
        """Whether the reader had enough, as `head` does: nobody needs to be told."""


class Terminal:
    """The streams of one run, with what its options say of them. What is only talk never ends a run."""

    def __init__(self, options: Options, command: str, early: Early = NOTHING) -> None:
        self.options = options
        self.command = command
        self.early = early
        """What began before the command line was read."""
        self.outputs = options.output or (Output(format="text"),)
        self.root: Path | None = None
        """The project's folder, as soon as it is known."""
        self.attempted: set[Output] = set()
        """Outputs that have got their data, as far as they take it; a failure after that adds no document."""
        self._lock = threading.Lock()
        self._passing = False
        """Whether a progress line stands on the terminal that the next output must wipe."""

    def emit(self, renderers: Renderers, value: object) -> None:
        """Print or write the value in every format that was asked for.

        Raises SmsopsError for the first output that does not take it, after all others have got it.
        """
        self.wipe()
        failed: SmsopsError | None = None
        # A command that only hands something on to GitHub has a report for that alone.
        reporter = "report" if "report" in renderers else "github"
        report = cache(lambda: placed(renderers[reporter](value), self.root))
        for output in self.outputs:
            color = output.file is None and self.colored(sys.stdout)
            told = report() if output.format in REPORTED else renderers[output.format](value, color=color)
            self.attempted.add(output)
            try:
                deliver(output, told)
            except SmsopsError as error:
                failed = failed or error
        if failed:
            raise failed

    def show(self, renderer: Callable[..., str], value: object) -> None:
        """Text for a person before the run goes on: on stdout when that is theirs, else on stderr.

        Raises OutputLost when stdout does not take it: a person would decide about what was never seen.
        """
        self.wipe()
        if {Output(format="text"), Output(format="github")} & set(self.outputs):
            put(renderer(value, color=self.colored(sys.stdout)) + "\n")
        else:
            say(renderer(value, color=self.colored(sys.stderr)) + "\n")

    def talk(self, text: str) -> None:
        """Lines for stderr that are no error; `-q` silences them."""
        if not self.options.quiet:
            self.wipe()
            with self._lock:
                say(clean_lines(text) + "\n")

    def progress(self, line: str) -> None:
        """One line about long work: kept with `-v`, else a line on the terminal that gives way to the next."""
        if self.options.verbose:
            self.talk(line)
        elif sys.stderr.isatty() and not self.options.quiet:
            import shutil  # only here and below: it brings much with it

            width = shutil.get_terminal_size().columns - 1
            with self._lock:
                self._passing = say(f"{WIPE}{clean(line)[:width]}")

    def wipe(self) -> None:
        """Take the passing progress line off the terminal."""
        with self._lock:
            if self._passing:
                say(WIPE)
                self._passing = False

    def confirm(self, question: str) -> bool | None:
        """Ask on the terminal; None when there is nobody to ask."""
        self.wipe()
        if self.options.no_input or not sys.stdin.isatty() or not say(f"{clean(question)} [y/N] "):
            return None
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def colored(self, stream: TextIO) -> bool:
        return colored(self.options.color, stream)


def colored(mode: str, stream: TextIO) -> bool:
    """Whether to colour a stream. NO_COLOR wins over everything (contract 3)."""
    if os.environ.get("NO_COLOR"):
        return False
    return mode == "always" or (mode == "auto" and stream.isatty() and os.environ.get("TERM") != "dumb")


def deliver(output: Output, told: str | Report) -> None:
    """Print or write what an output is to get. Raises SmsopsError.

    A report is drawn in the output's format. What GitHub takes by files of its own gets it also when stdout does not.
    """
    try:
        text = told if isinstance(told, str) else REPORTED[output.format](told)
        if output.file is None:
            put(text)
        else:
            write_file(output.file, text)
    finally:
        if not isinstance(told, str) and output.format == "github":
            from smsops.cli.publishing import publish  # only here and below: it asks git

            publish(told)


def placed(report: Report, root: Path | None) -> Report:
    """The report with its place in the repository."""
    from smsops.cli import publishing

    return publishing.placed(report, root)


def put(text: str) -> None:
    """Print to stdout. Raises OutputLost."""
    try:
        _write(sys.stdout, text)
    except OSError as error:
        mute(sys.stdout.fileno())
        raise OutputLost(error) from error


def say(text: str) -> bool:
    """Print to stderr; False, and nothing worse, when nobody takes it."""
    try:
        _write(sys.stderr, text)
    except OSError:
        mute(sys.stderr.fileno())
        return False
    return True


def _write(stream: TextIO, text: str) -> None:
    """Write text at once; a stream that has no arrows gets ASCII ones."""
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        text = text.translate(_ASCII)
    stream.write(text)
    stream.flush()


def write_file(path: Path, text: str) -> None:
    """Replace a file at once, so that no reader ever sees half of it; it keeps its mode. Raises SmsopsError."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        real = path.resolve()
        beside = real.with_name(f".{real.name}.{os.getpid()}.tmp")
        beside.write_text(text, encoding="utf-8")
        if real.exists():
            import shutil

            shutil.copymode(real, beside)
        beside.replace(real)
    except OSError as error:
        raise SmsopsError(
            f"{clean(path)} cannot be written: {error.strerror or error}.", code="SMS102", hint="Choose another file."
        ) from error
