"""Run every benchmark, or those that are named, and print their tables. Exits 1 when a claim does not hold.

A run of all is kept in RESULTS.md.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Row
from benchmarks.peers import REQUIREMENTS

RESULTS = Path(__file__).with_name("RESULTS.md")
CLAIMS = (
    "start_cost",
    "validate_cost",
    "linear_cost",
    "plan_latency",
    "apply_rate",
    "unknown_limit",
    "engine_cost",
    "memory_peak",
    "history_cost",
    "demo_cost",
    "site_opening",
)
"""The modules; each has `rows()`, and its docstring says what it claims."""
OURS = ("twilio", "urllib3", "pyyaml", "jsonschema", "jsonschema-rs", "click")


def main(named: list[str]) -> int:
    others, begun = os.getloadavg()[0], time.perf_counter()
    tables, failed = [], 0
    for name in named or CLAIMS:
        started = time.perf_counter()
        module = import_module(f"benchmarks.{name}")
        rows: list[Row] = module.rows()
        failed += sum(not row.holds for row in rows)
        title, *_ = (module.__doc__ or "").splitlines()
        took = f"`benchmarks/{name}.py`, {time.perf_counter() - started:.0f} s"
        tables.append(f"## {title}\n\n{took}\n\n" + ("\n".join(_lines(rows)) or "Not measured here."))
        print(tables[-1], end="\n\n", flush=True)
    if not named:
        RESULTS.write_text(_report(tables, others, time.perf_counter() - begun, failed), encoding="utf-8")
    return 1 if failed else 0


def _lines(rows: list[Row]) -> Iterator[str]:
    """The rows as a Markdown table."""
    if rows:
        yield "| what | measured | compared with | ratio | claim | holds |"
        yield "|---|--:|--:|--:|--:|---|"
    for row in rows:
        against = f"{row.versus}: {row.against:.4g} {row.unit}"
        holds = ("yes" if row.holds else "**no**") if row.claim else "no claim"
        yield f"| {row.what} | {row.measured:.4g} {row.unit} | {against} | {row.ratio:.3g} | {row.claim} | {holds} |"


def _report(tables: list[str], others: float, seconds: float, failed: int) -> str:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in OURS]
    peers = [line.replace("==", " ") for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if "==" in line]
    git = subprocess.run(["git", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    parts = [
        "# Results",
        "Written by `make bench`. Times are medians. What carries over is the ratio: both of its sides were\n"
        "measured in this run, by turns.",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, git {git}, load {others:.1f} from others at the start.\n"
        f"With {', '.join(versions)}.\nAgainst {', '.join(peers)}.\n"
        f"The run took {seconds / 60:.1f} minutes. Claims that do not hold: {failed}.",
        *tables,
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
