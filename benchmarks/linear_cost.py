"""A check of ten or a hundred times as many files takes ten or a hundred times as long: linear within 15 %.

What is compared is the time for each file. The start, as it is with one channel, is taken off on both sides: it would
make few files look dear, and many cheap.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.channels import write_channels
from benchmarks.measure import Row, medians

SIZES = (1, 1_000, 10_000, 100_000)
TIMES = (9, 9, 3, 2)
ALLOWED = 1.15
SMSOPS = [sys.executable, "-m", "smsops", "validate"]


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        seconds = [_seconds(Path(folder) / str(size), size, times) for size, times in zip(SIZES, TIMES, strict=True)]
    start, *taken = seconds
    each = [1e6 * (whole - start) / (size - 1) for whole, size in zip(taken, SIZES[1:], strict=True)]
    return [
        Row(
            what=f"each of {size:,} files",
            measured=microseconds,
            against=each[0],
            versus=f"each of {SIZES[1]:,}",
            unit="µs",
            at_most=ALLOWED,
        )
        for size, microseconds in zip(SIZES[2:], each[1:], strict=True)
    ]


def _seconds(root: Path, size: int, times: int) -> float:
    root.mkdir()
    write_channels(root, size)
    return medians(SMSOPS, times=times, cwd=root)[0]
