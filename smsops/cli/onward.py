"""The command that `init`, and what finds a project empty, point to."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def next_command(root: Path, chdir: Path | None) -> str:
    """A command that works at once, without credentials."""
    place = os.path.normpath(os.path.join(chdir or "", os.path.relpath(root)))
    return shlex.join(["smsops", *(() if place == "." else ("-C", place)), "--sandbox", "plan"])
