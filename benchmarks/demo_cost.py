"""`make demo` takes at most four seconds in an environment that is there.

It runs in a clone, so nobody's sandbox is reset. What each of its processes takes, in its place, is told beside it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.account import ROOT
from benchmarks.measure import Row, medians

ALLOWED = 4.0
TIMES = 2
STEPS = ("sandbox reset", "plan", "apply --yes", "plan --detailed-exitcode")
"""The processes of the demo, in its order."""


def rows() -> list[Row]:
    environment = Path(sys.prefix)
    smsops = [sys.executable, "-m", "smsops", "--sandbox"]
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), scratch], check=True)
        # -o: the environment is as new as it must be; else make would install the clone into it.
        demo = ["make", "-o", f"{environment}/.installed", "demo", f"VENV={environment}"]
        whole, nothing, *steps = medians(
            demo,
            [sys.executable, "-c", "pass"],
            *([*smsops, *step.split()] for step in STEPS),
            times=TIMES,
            cwd=Path(scratch),
        )
    return [
        Row(what="make demo", measured=whole, against=ALLOWED, versus="allowed", at_most=1.0),
        *(
            Row(what=f"smsops --sandbox {step}", measured=taken, against=nothing, versus="P")
            for step, taken in zip(STEPS, steps, strict=True)
        ),
    ]
