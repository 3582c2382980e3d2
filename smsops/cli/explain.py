"""`smsops explain`: why a code exists, what an error number of a provider means, or how a phone number is routed."""

from __future__ import annotations

from collections.abc import Iterator

import click

from smsops.cli import group
from smsops.cli.terminal import Terminal
from smsops.codes import CODES
from smsops.errors import ExitCode, UsageError
from smsops.providers import PROVIDERS
from smsops.render.explained import EXPLAINED, Explained, Number

_HELP = """Explain a code, an error number of Twilio, or the routing of a phone number.

Without WHAT, all codes and error numbers are listed. A phone number is looked up in the channel files: its channel and
service, where replies go, fallback, status callback and flow, each with file and line."""
_LONGEST = 6
"""Digits of an error number at most; what has more is a phone number."""


@group.command(
    "explain",
    renderers=EXPLAINED,
    help=_HELP,
    examples=("smsops explain SMS204", "smsops explain 21712", "smsops explain +12065550101"),
    exits={
        ExitCode.INVALID: "no file declares the number, or files invalid, after what can be told",
        ExitCode.USAGE: "wrong usage, or no project (NUMBER)",
    },
)
@click.argument("what", metavar="[CODE | NUMBER]", required=False)
def command(terminal: Terminal, what: str | None) -> int:
    if what is None:
        terminal.emit(EXPLAINED, Explained(codes=tuple(CODES.values()), numbers=tuple(_numbers())))
    elif what.startswith("+"):
        from smsops.cli.routing import explain_route  # only here: codes need no YAML

        explain_route(terminal, what)
    elif what.isascii() and what.isdigit() and len(what) <= _LONGEST:
        terminal.emit(EXPLAINED, Explained(numbers=(_number(int(what)),)))
    elif what.upper() in CODES:
        terminal.emit(EXPLAINED, Explained(codes=(CODES[what.upper()],)))
    else:
        raise UsageError(f"There is no code {what!r}.{_meant(what)}", hint="smsops explain lists all codes.")
    return ExitCode.OK


def _numbers() -> Iterator[Number]:
    """Every error number of every provider."""
    for provider in PROVIDERS.values():
        for _, error in sorted(provider.error_numbers().items()):
            codes = tuple(CODES[code] for code in error.codes)
            yield Number(provider=provider.name, error=error, codes=codes)


def _number(wanted: int) -> Number:
    """Raises UsageError for one that smsops never meets."""
    known = list(_numbers())
    for number in known:
        if number.error.number == wanted:
            return number
    near = group.suggestion(str(wanted), [str(number.error.number) for number in known])
    raise UsageError(
        f"The error number {wanted} is none that smsops meets.{near}", hint="smsops explain lists all that it knows."
    )


def _meant(word: str) -> str:
    from smsops.files.suggest import did_you_mean, near, near_number

    guess = near_number(word) or near(word, map(str.lower, CODES)).upper()
    return f" {did_you_mean(guess)}" if guess else ""
