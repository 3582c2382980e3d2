"""The single file of a report opens from disk: 5,000 channels, 50,000 versions in as many commits, 2,000 applies.

The claim: from the start of the navigation in a new Chromium to the end of loading, and to the first paint, it takes at
most three seconds. How long a filter, a click and a sort take is told beside it. It needs what the browser tests
need; without that it says so and measures nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Row
from smsops.render.site import pages
from tests.site import scenes

SHAPE = (5_000, 50_000, 2_000, 25)
TIMES = 3
ALLOWED = 3.0
PROGRAM = Path(scenes.__file__).with_name("browser.mjs")
STEPS: tuple[tuple[str, str, float | None], ...] = (
    ("load", "loaded", ALLOWED),
    ("paint", "first paint", ALLOWED),
    ("filter", "a filter is typed", None),
    ("click", "a channel opens", None),
    ("sort", "all are sorted", None),
)
"""What the program measures, and in which words it is told."""


def rows(shape: tuple[int, int, int, int] = SHAPE) -> list[Row]:
    """Write the file, and open it in a new browser each time."""
    tools = os.environ.get("SMSOPS_BROWSER_TOOLS", "")
    chromium, node = os.environ.get("SMSOPS_CHROMIUM") or shutil.which("chromium"), shutil.which("node")
    if not (tools and chromium and node):
        print("site_opening: not measured; it needs Chromium, node, and SMSOPS_BROWSER_TOOLS.", file=sys.stderr)
        return []
    made = pages(scenes.project(*shape), title="Benchmark", attention=scenes.findings(), single_file=True)
    ((_, html),) = made
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "index.html")
        file.write_text(html, encoding="utf-8")
        command = [node, str(PROGRAM), "open", tools, chromium, str(file)]
        seen = [opened(command) for _ in range(TIMES)]
    what = f"report of {shape[0]:,} channels in one file of {len(html.encode()) / 1e6:.2f} MB"
    return [
        Row(
            what=f"{what}: {words}",
            measured=statistics.median(one[step] for one in seen) / 1000,
            against=1.0,
            versus="a second",
            at_most=allowed,
        )
        for step, words, allowed in STEPS
    ]


def opened(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert not told["console"], told["console"]
    return told
