"""Whether a commit may have had channels that history does not show, because they lay elsewhere.

The loader follows a link that stays in the project; git keeps the link alone. And before smsops.yaml was where it is
now, nothing says where the channels were.
"""

from __future__ import annotations

from smsops.git import GitError, Repository
from smsops.history.begun import SUFFIXES
from smsops.history.contents import content_of
from smsops.history.reading import folder_of

_ELSEWHERE = ("120000 ", "160000 ")
"""Modes of links and submodules, as `git ls-tree` has them."""


def may_have_more(repository: Repository, project_file: str, commit: str) -> bool:
    """Whether the channels folder is not known, is a link, or holds a link to a folder or a submodule.

    Raises GitError.
    """
    try:
        project = content_of(repository.run("cat-file", "blob", f"{commit}:./{project_file}"), "")
    except GitError:
        return True
    listed = repository.run("ls-tree", "-r", "-z", commit, "--", folder_of(project, "") or ".")
    entries = (entry for entry in listed.decode("utf-8", "replace").split("\0") if entry.startswith(_ELSEWHERE))
    # A link in the place of a file is a version that cannot be read, and so is known.
    return any(not entry.lower().endswith(SUFFIXES) for entry in entries)
