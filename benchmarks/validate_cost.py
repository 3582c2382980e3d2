"""What a check of the files costs: one of them, as a hook does it, and 10,000 of them.

Whoever checks with check-jsonschema gives it the same files and the same schema; it checks no more than that. yamllint
is told beside it. Both take their time, so that they run once, and yamllint over a tenth of the files: its cost is the
same for each. `[fast]` is jsonschema-rs; without it is the same interpreter, which is told that it has none.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.account import ROOT
from benchmarks.channels import write_channels
from benchmarks.measure import Row, costs, medians, once
from benchmarks.peers import peer

FILES = 10_000
LINTED = 1_000
MEGABYTES = 100
TIMES = 3
HOOK_TIMES = 15
ONE = "channels/larkspur-dental-reminders.yaml"
SMSOPS = [sys.executable, "-m", "smsops", "validate"]
WITHOUT = [
    sys.executable,
    "-c",
    "import sys; sys.modules['jsonschema_rs'] = None; from smsops.cli import main; sys.exit(main())",
    "validate",
]


def rows() -> list[Row]:
    return [*_one(), *_many()]


def _one() -> list[Row]:
    """One file of the project of this repository."""
    script = str(Path(sys.executable).with_name("smsops"))
    nothing, ours, theirs = medians(
        [sys.executable, "-c", "pass"], [script, "validate", ONE], [*_checked(), ONE], times=HOOK_TIMES, cwd=ROOT
    )
    what = "validate FILE"
    return [
        Row(what=what, measured=ours, against=nothing, versus="P", at_most=8),
        Row(what=what, measured=ours, against=theirs, versus="check-jsonschema FILE", at_most=0.4),
    ]


def _many() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = write_channels(root, FILES)
        fast, slow = costs(SMSOPS, WITHOUT, times=TIMES, cwd=root)
        theirs = once([*_checked(), *files], cwd=root).seconds
        rules = "{extends: relaxed, rules: {line-length: disable}}"
        linted = once([peer("yamllint"), "-d", rules, *files[:LINTED]], cwd=root).seconds * FILES / LINTED
    versus, what = "check-jsonschema", f"validate, {FILES:,} files"
    memory = max(fast.megabytes, slow.megabytes)
    return [
        Row(what=f"{what}, with [fast]", measured=fast.seconds, against=theirs, versus=versus, at_most=1 / 25),
        Row(what=f"{what}, without", measured=slow.seconds, against=theirs, versus=versus, at_most=1 / 5),
        Row(what=what, measured=fast.seconds, against=linted, versus=f"yamllint ({LINTED:,} files, ten times)"),
        Row(what=f"{what}, memory", measured=memory, against=MEGABYTES, versus="limit", unit="MB", at_most=1),
    ]


def _checked() -> list[str]:
    return [peer("check-jsonschema"), "--schemafile", str(ROOT / "schemas" / "channel.schema.json")]
