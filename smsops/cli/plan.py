"""`smsops plan`: what would change, without any way to change it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smsops.cli import group
from smsops.cli.ahead import head_start
from smsops.cli.options import Options, OutFile, option
from smsops.cli.project import Opened, opened
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED, REMOTE
from smsops.cli.wishes import ShardType, Wish
from smsops.errors import ExitCode, UsageError
from smsops.frozen import replace
from smsops.reasons import ALLOWABLE, Gate
from smsops.render.tables import PLAN

if TYPE_CHECKING:
    from smsops.planned import Plan
    from smsops.render.drawn import Drawn

_HELP = """Show what would change; this only reads.

Naming channels makes the plan partial. smsops plan merge makes the plans of --shard one."""


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


since_option = option(
    "--changed-since",
    metavar="REV",
    help="Look only at channels that ask for something else than at this revision, and at what left git since.",
)


@group.command(
    "plan",
    renderers=PLAN,
    help=_HELP,
    examples=("smsops plan", "smsops plan --out plan.json --detailed-exitcode"),
    exits=OPENED
    | REMOTE
    | {
        ExitCode.OK: "done, also when there are changes",
        ExitCode.CHANGES: "there are changes; only with --detailed-exitcode",
        ExitCode.INVALID: "files invalid, an unknown channel, or an account that lacks what they ask for",
        ExitCode.REFUSED: "refused by a gate",
    },
)
@wish_options("[CHANNEL]...")
@option("--out", metavar="FILE", type=OutFile(), help="Save the plan, for smsops apply FILE.")
@since_option
@option("--shard", metavar="I/N", type=ShardType(), help="Plan one part of N; smsops plan merge makes them whole.")
@option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def command(
    terminal: Terminal,
    channels: tuple[str, ...],
    allow: tuple[str, ...],
    concurrency: int,
    detailed_exitcode: bool,
    out: Path | None,
    changed_since: str | None,
    shard: tuple[int, int] | None,
) -> int:
    if channels[:1] == ("merge",) and all("." in word or "/" in word for word in channels[1:]) and channels[1:]:
        raise UsageError("merge stands right after plan.", hint="smsops plan merge FILE... --out plan.json")
    wish = Wish(
        channels=channels,
        since=changed_since,
        shard=shard,
        allow=frozenset(map(Gate, allow)),
        concurrency=concurrency,
    )
    with head_start(wish, terminal) as ahead:
        project = opened(terminal, ahead)
        # Only now: requests may be under way meanwhile, and the first of them waits for nothing.
        from smsops.cli.ledgers import opened_book
        from smsops.cli.planning import planned
        from smsops.cli.saving import write_plan

        book = opened_book(project, sandbox=terminal.options.sandbox, strict=False)
        with planned(project, wish, terminal, book, ahead=ahead) as drawn:
            if out is not None:
                write_plan(out, drawn, wish.allow, project, book)
            terminal.emit(PLAN, _drawn(drawn.plan, project, terminal.options, wish, out))
    return exit_code(drawn.plan, detailed=detailed_exitcode)


def exit_code(plan: Plan, *, detailed: bool) -> ExitCode:
    """What a command ends with that only shows a plan."""
    code = verdict(plan)
    return ExitCode.CHANGES if detailed and code is ExitCode.OK and plan.changes else code


def verdict(plan: Plan) -> ExitCode:
    """Whether a plan may be applied: 3 when the account lacks what files ask for, 5 when a gate refuses it."""
    from smsops.render.summary import unanswerable  # only here: help draws nothing

    if unanswerable(plan):
        return ExitCode.INVALID
    return ExitCode.REFUSED if plan.refused else ExitCode.OK


def _drawn(plan: Plan, project: Opened, options: Options, wish: Wish, out: Path | None) -> Drawn:
    """The plan with the command that carries it out, and the one that lets more through, for a shell."""
    from smsops.cli.saving import as_plan_file  # only here: help draws nothing
    from smsops.render.drawn import Drawn

    words = called(options)
    since = ["--changed-since", wish.since] if wish.since is not None else []
    more = [*wish.channels, *since, *(word for gate in sorted(wish.allow) for word in ("--allow", gate))]
    drawn = Drawn(plan=plan, channels=project.by_name, since=wish.since, shard=wish.shard, is_saved=out is not None)
    if wish.shard is not None:
        return replace(drawn, next_command=shlex.join([*words, "plan", "merge"]) + " FILE...")
    if out is None and since:
        return replace(drawn, next_command=shlex.join([*words, "plan", "--out", "plan.json", *more]))
    if out is None:
        return replace(drawn, next_command=shlex.join([*words, "apply", *more]))
    return replace(
        drawn,
        next_command=shlex.join([*words, "apply", as_plan_file(out)]),
        allow_command=shlex.join([*words, "plan", "--out", str(out), *more]),
    )


def called(options: Options) -> list[str]:
    """How this run was called, up to the command."""
    words = ["smsops"]
    words += ["-C", str(options.chdir)] if options.chdir else []
    words += ["--config", str(options.config)] if options.config else []
    return [*words, *(["--sandbox"] if options.sandbox else [])]
