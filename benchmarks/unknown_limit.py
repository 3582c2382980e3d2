"""A limit that nobody told is found and kept to: a server that refuses with 429 what is more than 10, or 30, at a time.

An apply of 300 updates and 300 attaches, 80 ms a request, over TLS. The time is that from the first request to the last
answer, as the server sees it, against `requests / limit × latency`. Each write must have had its effect exactly once,
and the plan after it must be empty.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.account import run, served, write_project
from benchmarks.measure import Row

CHANNELS = 300
LATENCY = 0.08
CEILING = 64
"""What the client may use, and does not know that it must not."""
LIMITS = ((10, 1.25), (30, 1.35))
"""Requests at a time, and the most time that the apply may take."""
REFUSED = 0.15


def rows(channels: int = CHANNELS) -> list[Row]:
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for limit, allowed in LIMITS:
            project, state = Path(scratch, f"project-{limit}"), Path(scratch, f"state-{limit}")
            write_project(project, channels)
            with served(state, channels=channels, latency=LATENCY, limit=limit, is_behind=True) as account:
                run(["apply", "--yes", "-q", "--concurrency", str(CEILING)], project, account)
                seen = account.told()
                assert json.loads(run(["plan", "-o", "json"], project, account))["changes"] == []
            found += _rows(seen, channels, limit, allowed)
    return found


def _rows(seen: dict[str, float], channels: int, limit: int, allowed: float) -> list[Row]:
    asked = seen["answered"] + seen["refused"]
    what = f"apply against a limit of {limit}"
    return [
        Row(
            what=f"{what}, {seen['answered']:,} requests",
            measured=seen["seconds"],
            against=seen["answered"] / limit * LATENCY,
            versus="requests / limit × latency",
            at_most=allowed,
        ),
        Row(
            what=f"{what}, refused",
            measured=seen["refused"],
            against=asked,
            versus="all that were sent",
            unit="requests",
            at_most=REFUSED,
        ),
        Row(
            what=f"{what}, writes carried out",
            measured=seen["writes"],
            against=2 * channels,
            versus="changes of the plan",
            unit="writes",
            at_most=1.0,
            at_least=1.0,
        ),
        Row(
            what=f"{what}, different writes",
            measured=seen["different_writes"],
            against=2 * channels,
            versus="changes of the plan",
            unit="writes",
            at_least=1.0,
        ),
    ]
