"""What it costs to start smsops: at most five times `python -c pass`."""

from __future__ import annotations

import sys

from benchmarks.measure import Row, seconds

TIMES = 15
ALLOWED = 5.0


def rows() -> list[Row]:
    """Time `--help` and `--version` against an interpreter that does nothing."""
    nothing = seconds([sys.executable, "-c", "pass"], times=TIMES)
    return [
        Row(
            what=f"smsops {option}",
            measured=seconds([sys.executable, "-m", "smsops", option], times=TIMES),
            unit=nothing,
            allowed=ALLOWED,
        )
        for option in ("--help", "--version")
    ]
