"""`smsops plan`: what would change, without any way to change it."""

from __future__ import annotations

import shlex
from typing import Any

import click

from smsops.changes import ALLOWABLE, Gate
from smsops.cli import group
from smsops.cli.options import Options, option
from smsops.cli.planning import Wish, planned
from smsops.cli.project import opened
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode
from smsops.planned import Plan
from smsops.render.drawn import Drawn
from smsops.render.summary import unanswerable
from smsops.render.text import PLAN

_HELP = """Show what would change; this only reads.

Naming channels makes the plan partial."""


def wish_options(function: Any) -> Any:
    """The arguments that `plan` and `apply` share."""
    gates = click.Choice([str(gate) for gate in ALLOWABLE])
    for decorate in (
        option(
            "--concurrency",
            metavar="N",
            type=click.IntRange(1, 256),
            default=32,
            show_default=True,
            help="The most requests at a time, for each account.",
        ),
        option(
            "--allow",
            metavar="KIND",
            type=gates,
            multiple=True,
            help=f"Let one kind of change through: {', '.join(ALLOWABLE)}. Repeatable.",
        ),
        click.argument("channels", metavar="[CHANNEL]...", nargs=-1),
    ):
        function = decorate(function)
    return function


@group.command("plan", renderers=PLAN, help=_HELP)
@wish_options
@option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def command(
    terminal: Terminal, channels: tuple[str, ...], allow: tuple[str, ...], concurrency: int, detailed_exitcode: bool
) -> int:
    project = opened(terminal)
    wish = Wish(channels=channels, allow=frozenset(map(Gate, allow)), concurrency=concurrency)
    with planned(project, wish, terminal) as (plan, _):
        terminal.emit(PLAN, Drawn(plan=plan, channels=project.by_name, next_command=_next(terminal.options, wish)))
    code = verdict(plan)
    return ExitCode.CHANGES if detailed_exitcode and code is ExitCode.OK and plan.changes else code


def verdict(plan: Plan) -> ExitCode:
    """Whether a plan may be applied: 3 when the account lacks what files ask for, 5 when a gate refuses it."""
    if unanswerable(plan):
        return ExitCode.INVALID
    return ExitCode.REFUSED if plan.refused else ExitCode.OK


def _next(options: Options, wish: Wish) -> str:
    """The command that carries the same plan out, for a shell."""
    words = ["smsops"]
    words += ["-C", str(options.chdir)] if options.chdir else []
    words += ["--config", str(options.config)] if options.config else []
    words += ["--sandbox"] if options.sandbox else []
    words += ["apply", *wish.channels]
    for gate in sorted(wish.allow):
        words += ["--allow", gate]
    return shlex.join(words)
