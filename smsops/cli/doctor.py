"""`smsops doctor`: what stands between the files and messages that arrive. It only reads."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED, REMOTE
from smsops.doctor.checks import exit_code
from smsops.errors import ExitCode, UsageError
from smsops.render.checks import EXAMINED, Examined

_HELP = """Check what stands between the files and messages that arrive.

This only reads: git, files, credentials, numbers, registrations and webhooks.

What is certain and what is not are told apart: a problem is so, and what cannot be told is said to be that. An API key
may not be allowed to read everything; then doctor says what it did not see.

With --probe each URL that the channels declare is called: DNS, certificate, a signed request that must be accepted and
one with a wrong signature that must be refused. Both are about a made-up message. Only the public internet is called,
and no redirect is followed.

Of several exit codes, 3 comes before 4, and 4 before 1."""


@group.command(
    "doctor",
    renderers=EXAMINED,
    help=_HELP,
    examples=("smsops doctor", "smsops doctor --probe -o json"),
    exits=OPENED
    | REMOTE
    | {
        ExitCode.OK: "no problem, warnings and what cannot be told aside",
        ExitCode.ERROR: "a problem",
        ExitCode.INVALID: "files invalid, or they name a number or a service that the account does not have",
        ExitCode.AUTH: "credentials are missing, refused or of another account",
    },
)
@option("--probe", is_flag=True, help="Call the URLs that the channels declare.")
@option(
    "--probe-port",
    metavar="PORT",
    type=click.IntRange(1, 65_535),
    help="Call a server on this port of this machine instead, by the names of the URLs.",
)
@option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="The most requests at a time, for each account.",
)
def command(terminal: Terminal, probe: bool, probe_port: int | None, concurrency: int) -> int:
    if probe_port is not None and not probe:
        raise UsageError("--probe-port says where --probe goes, and --probe is missing.", hint="Add --probe.")
    if probe and terminal.options.sandbox and probe_port is None:
        raise UsageError(
            "With --sandbox there is no auth token that a server of yours would know.",
            hint="Add --probe-port PORT to call a server on this machine that knows the sandbox's token.",
        )
    from smsops.cli.examining import Wish, examined  # only here: help needs no YAML

    wish = Wish(probe=probe, port_here=probe_port, concurrency=concurrency, now=datetime.now(UTC))
    checks = tuple(examined(terminal, wish))
    terminal.emit(EXAMINED, Examined(checks=checks))
    return exit_code(checks)
