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
    """One line of a benchmark's table: a claim holds when the ratio is at most what it allows."""

    what: str
    measured: float
    """Seconds, the median."""
    unit: float
    """Seconds that the claim is a multiple of."""
    allowed: float | None = None
    """The largest multiple of the unit that the claim permits; None where nothing is claimed, only told."""

    @property
    def ratio(self) -> float:
        return self.measured / self.unit

    @property
    def holds(self) -> bool:
        return self.allowed is None or self.ratio <= self.allowed


def medians(
    *commands: Sequence[str], times: int, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> list[float]:
    """The median wall time of each command, in seconds; the first run of each warms the caches and does not count.

    The commands take turns, so that a busy moment of the machine falls on all of them.

    Raises CalledProcessError when a command fails.
    """
    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(times + 1):
        for command, each in zip(commands, taken, strict=True):
            begun = time.perf_counter()
            subprocess.run(command, cwd=cwd, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            each.append(time.perf_counter() - begun)
    return [statistics.median(each[1:]) for each in taken]
