"""What it costs to start smsops: at most five times `python -c pass`."""

from __future__ import annotations

import sys

from benchmarks.measure import Row, medians

TIMES = 25
ALLOWED = 5.0


def rows() -> list[Row]:
    """Time `--help` and `--version` against an interpreter that does nothing."""
    options = ("--help", "--version")
    nothing, *measured = medians(
        [sys.executable, "-c", "pass"], *([sys.executable, "-m", "smsops", option] for option in options), times=TIMES
    )
    return [
        Row(what=f"smsops {option}", measured=taken, against=nothing, versus="P", at_most=ALLOWED)
        for option, taken in zip(options, measured, strict=True)
    ]
