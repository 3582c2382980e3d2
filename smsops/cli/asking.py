"""Questions on a terminal: each answer is checked when it is given, and asked again until it fits."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from smsops.cli.terminal import Terminal, say
from smsops.diagnostics import Finding, Severity
from smsops.errors import ExitCode, SmsopsError
from smsops.frozen import Frozen
from smsops.render.plain import Paint, clean, clean_lines, painted

HELP = "?"
_PAINT = {Severity.ERROR: Paint.ERROR, Severity.WARNING: Paint.WARNING}

Check = Callable[[str], Iterable[Finding]]


class Left(SmsopsError):
    """The person left the questions, or the input ended; nothing was written."""

    exit_code = ExitCode.INTERRUPTED
    code = "interrupted"


class Declined(SmsopsError):
    """The person saw what would be written, and did not want it."""

    exit_code = ExitCode.REFUSED
    code = "declined"


class Question(Frozen):
    """One question. `about` is what the question mark shows."""

    title: str
    about: str
    choices: tuple[str, ...] = ()
    default: str = ""
    """What an empty answer stands for."""
    empty: str = ""
    """What an empty answer means where it is one, such as `optional`; '' where an answer is needed."""

    is_closed: bool = False
    """Only a choice is an answer, and no check knows them."""

    @property
    def prompt(self) -> str:
        choices = ", ".join(self.choices) if self.choices != (self.default,) else ""
        told = [choices, "" if self.default else self.empty]
        inside = "; ".join(part for part in told if part)
        return f"{self.title}{f' ({inside})' if inside else ''}{f' [{self.default}]' if self.default else ''}: "


def can_ask(terminal: Terminal) -> bool:
    """Whether a person reads the questions and types the answers."""
    return not terminal.options.no_input and sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def leaving() -> Iterator[None]:
    """Ctrl-C between here and the end, at a question or between two, is a person who leaves. Raises Left."""
    try:
        yield
    except KeyboardInterrupt:
        say("\n")
        raise Left("You left the questions; nothing was written.") from None


@dataclass(slots=True)
class Asker:
    """Asks one question after the other."""

    terminal: Terminal
    told: set[tuple[str, str]] = field(default_factory=set)
    """Warnings that were shown: an answer stays, and its warning is not told with each later one."""

    def __post_init__(self) -> None:
        # What is no text in the terminal's encoding is an answer that does not fit, and no defect.
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")

    def answer(self, question: Question, check: Check) -> str:
        """An answer that fits; '' for none, where that is an answer. Raises Left."""
        while True:
            text = self._line(question.prompt)
            if text == HELP:
                say(clean_lines(question.about) + "\n")
                continue
            text = text or question.default
            if not text and question.empty:
                return ""
            if not text:
                self._tell("error: An answer is needed here; ? explains the question.", Paint.ERROR)
            elif question.is_closed and text not in question.choices:
                self._tell(f"error: Choose one of {', '.join(question.choices)}.", Paint.ERROR)
            elif not self._refused(check(text)):
                return text

    def agree(self, question: str) -> None:
        """Go on when the person agrees; an empty answer does. Raises Left and Declined."""
        while (text := self._line(f"{question} [Y/n] ").lower()) not in ("", "y", "yes"):
            if text in ("n", "no"):
                raise Declined("Nothing was written: you did not agree.")

    def _refused(self, findings: Iterable[Finding]) -> bool:
        """Show what was found; whether there are errors."""
        shown = list(findings)
        for finding in shown:
            if (told := (finding.code, finding.message)) in self.told:
                continue
            if finding.severity is Severity.WARNING:
                self.told.add(told)
            self._tell(f"{finding.severity} {finding.code}: {finding.message}", _PAINT[finding.severity])
            if finding.hint:
                say(f"  hint: {clean(finding.hint)}\n")
        return any(finding.severity is Severity.ERROR for finding in shown)

    def _tell(self, text: str, paint: Paint) -> None:
        say(f"  {painted(clean(text), paint, color=self.terminal.colored(sys.stderr))}\n")

    def _line(self, prompt: str) -> str:
        """What is typed on one line, without the blanks around it. Raises Left."""
        self.terminal.wipe()
        say(clean(prompt))
        line = sys.stdin.readline()
        if not line:
            say("\n")
            raise Left(
                "The input ended before the last question; nothing was written.", hint="--no-input asks nothing."
            )
        text = line.strip()
        # Who has read a hint about quotes types them; in the form they are not part of an answer.
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
