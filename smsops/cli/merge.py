"""`smsops plan merge`: the shards of one plan, made whole again."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.options import OutFile, option
from smsops.cli.plan import called, exit_code
from smsops.cli.project import Opened, opened_for_credentials
from smsops.cli.saving import UnusablePlan, as_plan_file, read_plan
from smsops.cli.terminal import Terminal, write_file
from smsops.errors import ExitCode, ProjectError, UsageError
from smsops.merging import merged
from smsops.render.drawn import Drawn
from smsops.render.tables import PLAN
from smsops.saved import SavedPlan, saved_text

_HELP = """Make the plans of all shards one: what one machine would have planned.

A shard that is missing, or was made from another commit, from other files or from another ledger, is refused."""


@group.command(
    "merge",
    renderers=PLAN,
    help=_HELP,
    examples=("smsops plan merge shard-1.json shard-2.json", "smsops plan merge shard-*.json --out plan.json"),
    exits={
        ExitCode.OK: "done, also when there are changes",
        ExitCode.CHANGES: "there are changes; only with --detailed-exitcode",
        ExitCode.INVALID: "smsops.yaml is invalid, or an account lacks what the files ask for",
        ExitCode.REFUSED: "refused by a gate",
        ExitCode.STALE: "a file is damaged, a shard is missing, or the shards do not belong together",
        ExitCode.USAGE: "wrong usage, or a file cannot be read",
    },
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--out", metavar="FILE", type=OutFile(), help="Save the plan, for smsops apply FILE.")
@option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def command(terminal: Terminal, files: tuple[Path, ...], out: Path | None, detailed_exitcode: bool) -> int:
    drawn_from = _project(terminal)
    shards = [(str(file), _read(file)) for file in files]
    try:
        whole = merged(shards)
    except ValueError as error:
        raise UnusablePlan(
            f"These plans do not make one: {error}.", hint="Plan every shard again, from one commit.", code="SMS516"
        ) from error
    if out is not None:
        write_file(out, saved_text(whole))
    command = shlex.join([*called(terminal.options), "apply", as_plan_file(out)]) if out else ""
    channels = drawn_from.by_name if drawn_from else {}
    terminal.emit(PLAN, Drawn(plan=whole.plan, channels=channels, next_command=command, is_saved=out is not None))
    return exit_code(whole.plan, detailed=detailed_exitcode)


def _project(terminal: Terminal) -> Opened | None:
    """The project, for labels and where replies go; shards can be merged where there is none."""
    try:
        return opened_for_credentials(terminal)
    except ProjectError:
        return None


def _read(file: Path) -> SavedPlan:
    if "*" in file.name and not file.exists():
        raise UsageError(
            f"No file matches {str(file)!r}.", hint="No shard was planned: look at the jobs that should have."
        )
    return read_plan(file)
