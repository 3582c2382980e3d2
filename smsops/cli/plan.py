"""`smsops plan`: what would change, without any way to change it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

from smsops.changes import ALLOWABLE, Gate
from smsops.cli import group
from smsops.cli.ledgers import opened_book
from smsops.cli.options import Options, option
from smsops.cli.planning import Wish, planned
from smsops.cli.project import Opened, opened
from smsops.cli.saving import as_plan_file, write_plan
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode
from smsops.planned import Plan
from smsops.render.drawn import Drawn
from smsops.render.summary import unanswerable
from smsops.render.text import PLAN

_HELP = """Show what would change; this only reads.

Naming channels makes the plan partial."""


def wish_options(metavar: str) -> Callable[[Any], Any]:
    """The arguments that `plan` and `apply` share; `metavar` says what may be named."""
    gates = click.Choice([str(gate) for gate in ALLOWABLE])
    decorators = (
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
        click.argument("channels", metavar=metavar, nargs=-1),
    )
    return lambda function: reduce(lambda made, decorate: decorate(made), decorators, function)


@group.command("plan", renderers=PLAN, help=_HELP)
@wish_options("[CHANNEL]...")
@option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Save the plan, for smsops apply FILE.")
@option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def command(
    terminal: Terminal,
    channels: tuple[str, ...],
    allow: tuple[str, ...],
    concurrency: int,
    detailed_exitcode: bool,
    out: Path | None,
) -> int:
    project = opened(terminal)
    wish = Wish(channels=channels, allow=frozenset(map(Gate, allow)), concurrency=concurrency)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=False)
    with planned(project, wish, terminal, book) as (plan, _):
        if out is not None:
            write_plan(out, plan, wish.allow, project, book)
        terminal.emit(PLAN, _drawn(plan, project, terminal.options, wish, out))
    code = verdict(plan)
    return ExitCode.CHANGES if detailed_exitcode and code is ExitCode.OK and plan.changes else code


def verdict(plan: Plan) -> ExitCode:
    """Whether a plan may be applied: 3 when the account lacks what files ask for, 5 when a gate refuses it."""
    if unanswerable(plan):
        return ExitCode.INVALID
    return ExitCode.REFUSED if plan.refused else ExitCode.OK


def _drawn(plan: Plan, project: Opened, options: Options, wish: Wish, out: Path | None) -> Drawn:
    """The plan with the command that carries it out, and the one that lets more through, for a shell."""
    words = ["smsops"]
    words += ["-C", str(options.chdir)] if options.chdir else []
    words += ["--config", str(options.config)] if options.config else []
    words += ["--sandbox"] if options.sandbox else []
    more = [*wish.channels, *(word for gate in sorted(wish.allow) for word in ("--allow", gate))]
    if out is None:
        return Drawn(plan=plan, channels=project.by_name, next_command=shlex.join([*words, "apply", *more]))
    return Drawn(
        plan=plan,
        channels=project.by_name,
        next_command=shlex.join([*words, "apply", as_plan_file(out)]),
        allow_command=shlex.join([*words, "plan", "--out", str(out), *more]),
    )
