"""`smsops adopt`: channel files for what is live, written only when the plan after it is empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.plan import called
from smsops.cli.project import Opened, opened
from smsops.cli.terminal import Terminal
from smsops.cli.together import Content, write_together
from smsops.cli.usage import OPENED, REMOTE
from smsops.errors import ExitCode, UsageError
from smsops.frozen import replace
from smsops.render.adopted import ADOPTED

if TYPE_CHECKING:
    from smsops.adopting.terraform import State

_HELP = """Write channel files for the messaging services that are live.

The accounts are only read. Without ACCOUNT all accounts of smsops.yaml are read. Where a file has the service
already, only what differs is changed in it; comments stay. What no file can say is listed. Nothing is written unless
the plan after it is empty."""


@group.command(
    "adopt",
    renderers=ADOPTED,
    help=_HELP,
    examples=("smsops adopt us", "smsops adopt --from-terraform state.json --owner messaging"),
    exits=OPENED
    | REMOTE
    | {
        ExitCode.ERROR: "unexpected or remote error, or a file cannot be written",
        ExitCode.REFUSED: "the plan after it would not be empty; nothing was written",
        ExitCode.USAGE: "wrong usage, no project, or STATE cannot be read",
    },
)
@click.argument("account", metavar="[ACCOUNT]", required=False)
@option("--all", "everything", is_flag=True, help="Write settings of new files also where they are at their default.")
@option("--owner", metavar="TEAM", default="", help="The team that answers for new channels.")
@option("--except", "excepted", metavar="SID", multiple=True, help="Leave a service out. Repeatable.")
@option(
    "--from-terraform",
    "state_file",
    metavar="STATE",
    type=click.Path(path_type=Path),
    help="Adopt only what this Terraform state manages, and print what hands it over.",
)
@option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 256),
    default=32,
    show_default=True,
    help="The most requests at a time, for each account.",
)
def command(
    terminal: Terminal,
    account: str | None,
    everything: bool,
    owner: str,
    excepted: tuple[str, ...],
    state_file: Path | None,
    concurrency: int,
) -> int:
    from smsops.adopting.terraform import handover  # only here: the help of a command needs no YAML
    from smsops.cli.adopting import Choice, adopted

    project = opened(terminal)
    state = _state(state_file) if state_file else None
    choice = Choice(
        accounts=_accounts(project, account),
        sids=state.service_sids if state else None,
        excepted=frozenset(excepted),
        everything=everything,
        owner=owner,
    )
    result, lives = adopted(project, choice, terminal, concurrency)
    result = replace(result, next_words=(*called(terminal.options), "plan"))
    if state is not None:
        known = result.known if result.is_empty else frozenset()
        result = replace(result, terraform=handover(state, lives, known))
    if result.is_empty:
        write_together({Path(project.root, d.path): Content(after=d.after, before=d.before) for d in result.files})
    terminal.emit(ADOPTED, result)
    return ExitCode.OK if result.is_empty else ExitCode.REFUSED


def _accounts(project: Opened, account: str | None) -> tuple[str, ...]:
    """Raises UsageError."""
    known = sorted(project.project.accounts)
    if account is None:
        return tuple(known)
    if account not in known:
        raise UsageError(
            f"There is no account {account!r} in smsops.yaml.{group.suggestion(account, known)}",
            hint=f"Accounts: {', '.join(known)}.",
        )
    return (account,)


def _state(file: Path) -> State:
    """Raises UsageError."""
    from smsops.adopting.terraform import MOST_BYTES, read_state

    try:
        with file.open("rb") as state:
            data = state.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The Terraform state {str(file)!r} cannot be read: {error.strerror}.") from error
    return read_state(data)
