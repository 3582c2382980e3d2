"""A whole process, timed: what a person waits for."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a benchmark's table: a claim holds when `measured` is at most `allowed`."""

    what: str
    measured: float
    """Seconds, the median."""
    unit: float
    """Seconds that the claim is a multiple of."""
    allowed: float
    """The largest multiple of the unit that the claim permits."""

    @property
    def ratio(self) -> float:
        return self.measured / self.unit

    @property
    def holds(self) -> bool:
        return self.ratio <= self.allowed


def seconds(
    command: Sequence[str], *, times: int, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> float:
    """The median wall time of a command, in seconds; the first run warms the caches and does not count.

    Raises CalledProcessError when the command fails.
    """
    taken = []
    for _ in range(times + 1):
        begun = time.perf_counter()
        subprocess.run(command, cwd=cwd, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])
