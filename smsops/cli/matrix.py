"""`smsops matrix`: the jobs that share one plan among machines."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.ledgers import opened_book
from smsops.cli.options import option
from smsops.cli.plan import since_option
from smsops.cli.project import opened
from smsops.cli.selecting import desired_states
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.cli.wishes import MOST_SHARDS, Wish
from smsops.errors import ExitCode
from smsops.render.matrix import MATRIX
from smsops.sharding import fitted, load_of

_HELP = """Print the jobs that share one plan among machines.

The jobs are balanced by the requests that each takes. Each job runs smsops plan --shard with the shard that it is
given; smsops plan merge makes one plan of them. An account is split only where it is larger than a fair share."""


@group.command(
    "matrix",
    renderers=MATRIX,
    help=_HELP,
    examples=("smsops matrix", "smsops matrix --shards 16 -o json"),
    exits=OPENED | {ExitCode.USAGE: "wrong usage, no project, or no such revision"},
)
@option(
    "--shards",
    metavar="N",
    type=click.IntRange(1, MOST_SHARDS),
    default=8,
    show_default=True,
    help="The most jobs; fewer where there is less to read.",
)
@since_option
def command(terminal: Terminal, shards: int, changed_since: str | None) -> None:
    project = opened(terminal)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=False)
    bases = {name: book.base(account) for name, account in sorted(project.project.accounts.items())}
    states = desired_states(project, Wish(since=changed_since), bases)
    terminal.emit(MATRIX, fitted([load_of(state, bases[state.account]) for state in states], shards))
