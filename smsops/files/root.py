"""Where the project is. Nothing has to be imported to find it, so that other work may begin there."""

from __future__ import annotations

import os
from pathlib import Path as FilePath

from smsops.errors import ProjectError

PROJECT_FILE = "smsops.yaml"


def find_root(start: FilePath) -> FilePath:
    """The closest folder with a `smsops.yaml`, from `start` upward. Raises ProjectError when there is none."""
    folder = FilePath(os.path.abspath(start))
    for candidate in (folder, *folder.parents):
        if os.path.lexists(candidate / PROJECT_FILE):
            return candidate
    from smsops.files.document import quoted  # only here: it takes longer than looking

    raise ProjectError(
        f"There is no {PROJECT_FILE} in {quoted(str(folder))} or above it.",
        hint="Go to the project's folder, or name it with -C.",
    )
