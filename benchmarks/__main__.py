"""Run every benchmark, print the table, and keep it in RESULTS.md. Exits 1 when a claim does not hold."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import history_cost, plan_latency, site_opening, start_cost
from benchmarks.measure import Row

RESULTS = Path(__file__).with_name("RESULTS.md")
CLAIMS = (start_cost.rows, plan_latency.rows, history_cost.rows, site_opening.rows)


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | measured, s | bound, s | ratio | allowed | holds |", "|---|--:|--:|--:|--:|---|"]
    lines += [f"| {row.what} | {row.measured:.3f} | {row.unit:.3f} | {row.ratio:.2f} | {_claim(row)} |" for row in rows]
    return "\n".join(lines)


def _claim(row: Row) -> str:
    return "- | no claim" if row.allowed is None else f"{row.allowed:.1f} | {'yes' if row.holds else 'no'}"


def main() -> int:
    others = os.getloadavg()[0]
    rows = [row for measure in CLAIMS for row in measure()]
    machine = (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"load {others:.1f} from others at the start"
    )
    text = (
        "# Results\n\n"
        "Written by `make bench`. Times are medians, in seconds. The bound is what a claim is a multiple of:\n"
        "`python -c pass` for the start, `calls / 32 × latency` for a plan, `git log --raw` for the past,\n"
        "one second for opening a report.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}.\n\n{table(rows)}\n"
    )
    RESULTS.write_text(text, encoding="utf-8")
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
