"""What CI is told beside the output: where the project lies in its repository, what the change under review touches,
and the files by which GitHub Actions takes summaries and outputs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from smsops.errors import SmsopsError
from smsops.frozen import replace
from smsops.git import GitError, Repository
from smsops.render.report import Report

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LOCALLY = {"GIT_NO_LAZY_FETCH": "1"}
"""A partial clone must not fetch what only orders findings."""


def placed(report: Report, root: Path | None) -> Report:
    """The report with its place in the repository, as far as git tells; a report never fails for it."""
    if root is None:
        return report
    repository = Repository(root)
    try:
        prefix = _text(repository.run("rev-parse", "--show-prefix").removesuffix(b"\n"))
    except GitError:
        return report
    return replace(report, prefix=prefix, changed=_changed(repository))


def _changed(repository: Repository) -> frozenset[str]:
    """Files that the change under review touches, from the repository's root; none where there is no such change."""
    for base in _bases(repository):
        try:
            start = _text(repository.run("merge-base", base, "HEAD", env=_LOCALLY)).strip()
            # Plumbing: no setting of the user changes what it lists, and names are not quoted.
            names = repository.run("diff-tree", "-r", "-z", "--name-only", start, "HEAD", env=_LOCALLY)
        except GitError:
            continue
        return frozenset(_text(names).split("\0")) - {""}
    return frozenset()


def _bases(repository: Repository) -> Iterator[str]:
    """Commits that the change under review may start from, the best first.

    GitHub names the branch that a pull request goes to, GitLab a commit. Both may be missing from a shallow checkout;
    where that is the merge of the two, its first parent is what the change would be merged into.
    """
    branch = os.environ.get("GITHUB_BASE_REF", "")
    commit = os.environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    if branch:
        try:
            # The whole name of a ref is neither an option nor an expression, whatever the branch is called.
            shown = repository.run("show-ref", "--verify", "--hash", f"refs/remotes/origin/{branch}", env=_LOCALLY)
            yield _text(shown).strip()
        except GitError:
            pass
    if _COMMIT.fullmatch(commit):
        yield commit
    if branch or commit:
        try:
            parents = _text(repository.run("rev-list", "--no-walk", "--parents", "HEAD", env=_LOCALLY)).split()[1:]
        except GitError:
            return
        if len(parents) == 2:
            yield parents[0]


def _text(said: bytes) -> str:
    """Bytes that are no UTF-8 are replaced, as in the paths of findings."""
    return said.decode("utf-8", "replace")


def publish(report: Report) -> None:
    """Hand the summary and the outputs of this step to GitHub Actions.

    Raises SmsopsError for the first of the two files that cannot be written, after the other one has been.
    """
    failed: SmsopsError | None = None
    for variable, written in _FILES:
        if path := os.environ.get(variable):
            try:
                with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(written(report, file.tell()))
            except OSError as error:
                failed = failed or SmsopsError(
                    f"{variable} cannot be written: {error.strerror or error}.",
                    code="SMS102",
                    hint="It names a file of the runner.",
                )
    if failed:
        raise failed


def _summary(report: Report, taken: int) -> str:
    from smsops.render.github import SUMMARY_BYTES, step_summary  # only here: few runs are in GitHub Actions

    return step_summary(report, SUMMARY_BYTES - taken)


def _outputs(report: Report, _: int) -> str:
    from smsops.render.github import step_outputs

    return step_outputs(report)


_FILES: tuple[tuple[str, Callable[[Report, int], str]], ...] = (
    ("GITHUB_STEP_SUMMARY", _summary),
    ("GITHUB_OUTPUT", _outputs),
)
"""What writes each of the runner's files, given the bytes that it holds already."""
