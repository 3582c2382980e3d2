"""`smsops audit sample`: a part of the population that anyone can draw again."""

from __future__ import annotations

import click

from smsops.audit.population import population
from smsops.audit.sampling import sample
from smsops.cli import group
from smsops.cli.audits.period import period_of, period_options
from smsops.cli.options import option
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode, UsageError
from smsops.render.listed import LISTED, Listed

_HELP = """Draw a sample of what was merged and applied in a period.

The same population, size and seed give the same sample everywhere: items are ranked by the SHA-256 of seed and id."""


@group.command(
    "sample",
    renderers=LISTED,
    help=_HELP,
    examples=(
        "smsops audit sample --size 25 --seed 2026-Q1 --since 2026-01-01 --until 2026-03-31",
        "smsops audit sample --size 25 --seed 2026-Q1 -o csv=sample.csv",
    ),
    exits=OPENED
    | {
        ExitCode.ERROR: "the history is not here, or the ledger is not whole",
        ExitCode.INVALID: "smsops.yaml cannot be read",
    },
)
@option("--size", metavar="N", type=click.IntRange(1, 1_000_000), required=True, help="How many to draw.")
@option("--seed", metavar="TEXT", required=True, help="What the draw depends on; note it in the working papers.")
@period_options
def command(terminal: Terminal, size: int, seed: str, since: str, until: str) -> int:
    from smsops.cli.audits.whole import whole_past  # only here: help needs no YAML

    if not seed.strip():
        raise UsageError("--seed is empty.", hint="Choose a text that the working papers can name: --seed 2026-Q1.")
    period = period_of(since, until)
    items = population(whole_past(terminal, period), period)
    drawn = sample(items, size=size, seed=seed)
    terminal.emit(LISTED, Listed(items=drawn, period=period, population=len(items), size=size, seed=seed))
    return ExitCode.OK
