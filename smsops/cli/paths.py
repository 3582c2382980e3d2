"""Files and folders that a command line names: where they are in the project, and what is below them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from smsops.errors import UsageError


def inside(path: Path, root: Path) -> frozenset[PurePosixPath]:
    """A path from the project's folder on, as it is named and where its links lead.

    Raises UsageError when there is no such file or folder, or when neither place is inside the project. This is asked
    here, because click reads the arguments before `-C` has an effect.
    """
    if not os.path.lexists(path):
        raise UsageError(f"{str(path)!r} does not exist.", hint="Name a file or a folder of the project.")
    places = ((Path(os.path.abspath(path)), Path(os.path.abspath(root))), (path.resolve(), root.resolve()))
    found = [PurePosixPath(place.relative_to(top).as_posix()) for place, top in places if place.is_relative_to(top)]
    if not found:
        raise UsageError(f"{str(path)!r} is outside the project.", hint=f"The project is {root}.")
    return frozenset(found)


def below(path: str, roots: Iterable[PurePosixPath]) -> bool:
    """Whether a path of the project is one of these, or in one of them."""
    # As texts: a project has very many paths. One that is the project's folder itself is written as a dot.
    return any(str(root) in (".", path) or path.startswith(f"{root}/") for root in roots)
