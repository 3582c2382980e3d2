"""A whole process, measured: what a person waits for, and the memory that the machine must have."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a benchmark's table: what was measured, as a ratio to what it is compared with in the same run."""

    what: str
    measured: float
    """The median, in `unit`."""
    against: float
    """What it is compared with, in `unit`."""
    versus: str
    """The words for what it is compared with: "python -c pass", "B"."""
    unit: str = "s"
    at_most: float | None = None
    """The largest ratio that the claim permits."""
    at_least: float | None = None
    """The smallest ratio that the claim permits. With neither, nothing is claimed, only told."""

    @property
    def ratio(self) -> float:
        return self.measured / self.against

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    @property
    def claim(self) -> str:
        """In words: "≤ 5", "≥ 30", or nothing."""
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return ", ".join(f"{sign} {bound:.3g}" for sign, bound in bounds if bound is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took: medians over its runs."""

    seconds: float
    """Wall time."""
    megabytes: float
    """The largest resident set, of 1,000,000 bytes each."""


def costs(
    *commands: Sequence[str],
    times: int,
    warm_ups: int = 1,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    exits: frozenset[int] = frozenset({0}),
) -> list[Cost]:
    """What each command takes; the first runs of each warm the caches and do not count.

    The commands take turns, so that a busy moment of the machine falls on all of them.

    Raises RuntimeError when a command ends with a code that is not among `exits`.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in commands]
    for _ in range(warm_ups + times):
        for command, each in zip(commands, taken, strict=True):
            each.append(_run(command, cwd, env, exits))
    return [
        Cost(
            seconds=statistics.median(seconds for seconds, _ in each[warm_ups:]),
            megabytes=statistics.median(megabytes for _, megabytes in each[warm_ups:]),
        )
        for each in taken
    ]


def medians(
    *commands: Sequence[str], times: int, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> list[float]:
    """The wall time of each command, in seconds; see `costs`."""
    return [cost.seconds for cost in costs(*commands, times=times, cwd=cwd, env=env)]


def once(command: Sequence[str], *, cwd: Path | None = None) -> Cost:
    """What one run of a command takes that is too long to repeat; nothing is warmed for it."""
    seconds, megabytes = _run(command, cwd, None, frozenset({0}))
    return Cost(seconds=seconds, megabytes=megabytes)


def _run(
    command: Sequence[str], cwd: Path | None, env: Mapping[str, str] | None, exits: frozenset[int]
) -> tuple[float, float]:
    """Seconds and megabytes of one run. The process is waited for here, because only `wait4` tells what it used."""
    # Everybody but some containers keeps compiled modules; the first run makes those that are not there.
    env = {name: value for name, value in (env or os.environ).items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in exits:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, used.ru_maxrss * 1024 / 1e6
