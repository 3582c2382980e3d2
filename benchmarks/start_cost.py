"""What it costs to start smsops: the help, the version, and what a completing shell asks, against `python -c pass`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.account import ROOT
from benchmarks.measure import Row, medians
from benchmarks.peers import peer

TIMES = 25
HELP, VERSION, COMPLETION = 5.0, 2.0, 5.0
"""Starts of an interpreter that each may take."""


def rows() -> list[Row]:
    """Time each as a person does: by the program that pip installs."""
    smsops = str(Path(sys.executable).with_name("smsops"))
    nothing, helped, version, theirs = medians(
        [sys.executable, "-c", "pass"],
        [smsops, "--help"],
        [smsops, "--version"],
        [peer("octodns-validate"), "--help"],
        times=TIMES,
        cwd=ROOT,
    )
    return [
        Row(what="smsops --help", measured=helped, against=nothing, versus="P", at_most=HELP),
        Row(what="smsops --help", measured=helped, against=theirs, versus="octodns-validate --help", at_most=0.5),
        Row(what="smsops --version", measured=version, against=nothing, versus="P", at_most=VERSION),
        *_completed(smsops, "smsops val", "a command"),
        *_completed(smsops, "smsops plan lark", "a channel of plan"),
        *_completed(smsops, "smsops plan --", "an option of plan"),
    ]


def _completed(smsops: str, typed: str, what: str) -> list[Row]:
    """What a Tab runs in bash after these words."""
    asked = {"_SMSOPS_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    commands = [sys.executable, "-c", "pass"], [smsops]
    nothing, answer = medians(*commands, times=TIMES // 3, cwd=ROOT, env={**os.environ, **asked})
    return [Row(what=f"completion of {what}", measured=answer, against=nothing, versus="P", at_most=COMPLETION)]
