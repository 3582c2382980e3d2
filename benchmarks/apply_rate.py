"""An apply writes at the rate that concurrency and latency allow: 1,000 updates and 1,000 attaches, 80 ms a request.

The ideal rate is `concurrency / latency`. The span that is claimed is the writing: from the arrival of the first write
to the answer to the last, as the server sees it. The whole process, which also reads the account before and reads back
afterwards, is told beside it, against the ideal time of all its requests.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.account import run, served, write_project
from benchmarks.measure import Row

CHANNELS = 1000
LATENCY = 0.08
CONCURRENCIES = (16, 32)
LEAST = 0.9


def rows(channels: int = CHANNELS) -> list[Row]:
    """One apply for each concurrency, of an account that is behind its files by an update and a number each."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for concurrency in CONCURRENCIES:
            project = Path(scratch, f"project-{concurrency}")
            write_project(project, channels)
            found += _rows(project, Path(scratch, f"state-{concurrency}"), channels, concurrency)
    return found


def _rows(project: Path, state: Path, channels: int, concurrency: int) -> list[Row]:
    with served(state, channels=channels, latency=LATENCY, is_behind=True) as account:
        begun = time.perf_counter()
        run(["apply", "--yes", "-q", "--concurrency", str(concurrency)], project, account)
        taken = time.perf_counter() - begun
        seen = account.told()
    assert seen["writes"] == seen["different_writes"] == 2 * channels, seen
    ideal = concurrency / LATENCY
    what = f"apply of {channels:,} updates and {channels:,} attaches, {concurrency} at a time"
    return [
        Row(
            what=f"{what}, writing",
            measured=seen["writes"] / seen["seconds_of_writing"],
            against=ideal,
            versus="concurrency / latency",
            unit="writes/s",
            at_least=LEAST,
        ),
        Row(
            what=f"{what}, whole process",
            measured=taken,
            against=seen["answered"] / ideal,
            versus=f"{seen['answered']:,} requests at the ideal rate",
        ),
    ]
