"""What the help of a command tells beside its purpose: examples, and every exit code that it can end with."""

from __future__ import annotations

from collections.abc import Sequence

import click

from smsops.errors import ExitCode
from smsops.frozen import Frozen

Exits = dict[ExitCode, str]

EVERY: Exits = {
    ExitCode.OK: "done",
    ExitCode.ERROR: "unexpected error",
    ExitCode.USAGE: "wrong usage",
    ExitCode.INTERRUPTED: "interrupted",
}
"""What any command can end with; a command says more where it knows more."""
OPENED: Exits = {ExitCode.INVALID: "files invalid", ExitCode.USAGE: "wrong usage, or no project"}
"""Of a command that reads the project."""
REMOTE: Exits = {
    ExitCode.ERROR: "unexpected or remote error",
    ExitCode.AUTH: "authentication, permission, wrong account, missing secret",
}
"""Of a command that asks the provider."""


class Usage(Frozen):
    """Examples and exit codes of one command."""

    examples: Sequence[str] = ()
    """Command lines, each with a remark after ` # ` where it needs one."""
    exits: Exits | None = None
    """Codes beside those of `EVERY`, and other words for those; None is nothing said, and a test asks for it."""

    def codes(self) -> dict[ExitCode, str]:
        """Every exit code with its meaning, in order."""
        return dict(sorted({**EVERY, **(self.exits or {})}.items()))

    def write_examples(self, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")

    def write_exits(self, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in self.codes().items()])
