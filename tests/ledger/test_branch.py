"""The ledger branch in one clone: what it holds, what it leaves alone, and how it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsops.errors import LedgerError, Unpushed
from smsops.git import Repository
from smsops.ledger.branch import Branch
from tests.ledger.repositories import HEAD_REF, LEDGER, git, make_repository

ONE = "records/clinic/1.json"
TWO = "records/clinic/2.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "project")


def branch(root: Path, name: str = LEDGER) -> Branch:
    return Branch(Repository(root), name, None)


def files(root: Path) -> dict[str, bytes]:
    """Every file of the work tree and of `.git`, but for objects and what names the ledger."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items() if "/objects/" not in f"/{name}" and LEDGER not in name
    }


def test_a_repository_without_a_ledger_has_no_records(root: Path) -> None:
    ledger = branch(root)
    ledger.refresh()
    assert ledger.paths() == ()
    assert ledger.history() == ()


def test_what_was_written_can_be_read_here_and_by_the_next_run(root: Path) -> None:
    ledger = branch(root)
    ledger.write(TWO, b"two", "second")
    ledger.write(ONE, b"\x00\xffone\r\n", "first")
    for one in (ledger, branch(root)):
        assert one.paths() == (ONE, TWO)
        assert one.read(ONE) == b"\x00\xffone\r\n"
    assert branch(root).read(TWO) == b"two"


def test_the_branch_is_an_orphan_with_a_commit_a_write(root: Path) -> None:
    branch(root).write(ONE, b"1", "apply of clinic: started\n\nmore")
    branch(root).write(ONE, b"2", "apply of clinic: finished")
    assert git(root, "log", "--format=%s", LEDGER).splitlines() == [
        "apply of clinic: finished",
        "apply of clinic: started",
    ]
    assert git(root, "log", "-1", "--skip=1", "--format=%P", LEDGER) == ""
    assert git(root, "ls-tree", "-r", "--name-only", LEDGER) == ONE


@pytest.mark.parametrize("name", [LEDGER, f"team/{LEDGER}/live"])
def test_work_tree_index_head_and_stash_stay_as_they_are(root: Path, name: str) -> None:
    (root / "file").write_text("stashed\n")
    git(root, "stash")
    git(root, "checkout", "-q", "-b", "feature")
    (root / "file").write_text("staged\n")
    git(root, "add", "file")
    (root / "file").write_text("not staged\n")
    (root / "näme\nof two lines").write_text("untracked\n")
    before = files(root)
    ledger = branch(root, name)
    ledger.refresh()
    ledger.write(ONE, b"1", "m")
    ledger.write(ONE, b"2", "m")
    ledger.history()
    assert ledger.read(ONE) == b"2"
    assert files(root) == before


def test_a_hooks_own_index_and_repository_are_not_taken_for_the_projects(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repository(tmp_path / "other")
    index = root / ".git" / "hook-index"
    index.write_bytes((root / ".git" / "index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/hook-index")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    before = files(root), files(other)
    branch(root).write(ONE, b"1", "m")
    assert branch(root).paths() == (ONE,)
    assert (files(root), files(other)) == before


def test_hooks_of_the_repository_are_not_run(root: Path) -> None:
    for name in ("reference-transaction", "pre-push", "post-index-change"):
        hook = root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
        hook.chmod(0o755)
    branch(root).write(ONE, b"1", "m")
    assert not list(root.rglob("ran"))


def test_without_a_user_the_commit_is_by_smsops(root: Path) -> None:
    git(root, "config", "user.useConfigOnly", "true")
    branch(root).write(ONE, b"1", "m")
    assert git(root, "log", "--format=%an %ae %cn", LEDGER) == "smsops smsops@localhost smsops"


def test_with_a_user_the_commit_is_by_them(root: Path) -> None:
    git(root, "config", "user.name", "Bea")
    git(root, "config", "user.email", "bea@example.com")
    branch(root).write(ONE, b"1", "m")
    assert git(root, "log", "--format=%an %ae", LEDGER) == "Bea bea@example.com"


def test_it_works_in_a_linked_work_tree_and_in_a_subfolder(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"))
    below = tmp_path / "linked" / "a" / "records"
    below.mkdir(parents=True)
    branch(below).write(ONE, b"1", "m")
    assert branch(root).paths() == branch(below).paths() == (ONE,)
    assert branch(below).read(ONE) == b"1"
    assert Repository(below).common_dir() == (root / ".git").resolve()


def test_files_that_are_no_records_are_not_listed(root: Path) -> None:
    for path in (ONE, "records/readme.json", "records/clinic/a/b.json", "records/clinic/notes.txt", "other/x/y.json"):
        branch(root).write(path, b"", "m")
    assert branch(root).paths() == (ONE,)


def test_the_history_tells_what_was_done_to_each_file(root: Path) -> None:
    ledger = branch(root)
    ledger.write(ONE, b"started", "m")
    ledger.write(TWO, b"second", "m")
    ledger.write(ONE, b"finished", "m")
    repository = Repository(root)
    tip = repository.tip(HEAD_REF)
    repository.move(HEAD_REF, repository.commit(repository.tree(tip, [("0", "0" * 40, TWO)]), tip, "deleted"), tip)
    touches = ledger.history()
    assert [(one.status, one.path) for one in touches] == [("A", ONE), ("A", TWO), ("M", ONE), ("D", TWO)]
    assert [one.commit for one in touches] == git(root, "rev-list", "--reverse", LEDGER).split()
    kept = [one.blob for one in touches if one.status != "D"]
    assert list(repository.blobs(kept)) == [b"started", b"second", b"finished"]
    assert touches[3].blob == "0" * 40


def test_a_merge_hides_nothing_from_the_history(root: Path) -> None:
    ledger = branch(root)
    ledger.write(ONE, b"true", "m")
    repository = Repository(root)
    mine = repository.tip(HEAD_REF)
    forged = repository.commit(repository.tree(None, [("100644", repository.blob(b"forged"), ONE)]), None, "forged")
    merge = git(root, "commit-tree", f"{forged}^{{tree}}", "-p", forged, "-p", str(mine), "-m", "merge")
    repository.move(HEAD_REF, merge, mine)
    assert ("M", ONE) in [(one.status, one.path) for one in ledger.history() if one.commit == merge]


def test_processes_that_write_into_one_clone_lose_nothing(root: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from smsops.git import Repository; from smsops.ledger.branch import Branch\n"
        "for n in range(4): Branch(Repository(Path('.')), 'smsops-ledger', None)"
        ".write(f'records/{sys.argv[1]}/{n}.json', b'x', 'm')"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, name], cwd=root) for name in ("a", "b", "c")]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert branch(root).paths() == tuple(f"records/{name}/{n}.json" for name in "abc" for n in range(4))
    assert git(root, "rev-list", "--count", LEDGER) == "12"
    assert git(root, "rev-list", "--merges", LEDGER) == ""


def test_a_branch_that_is_held_for_long_is_an_error_in_gits_words(root: Path) -> None:
    lock = root / ".git" / f"{HEAD_REF}.lock"
    lock.touch()
    waits: list[float] = []
    with pytest.raises(LedgerError, match=r"cannot keep the record records/clinic/1\.json: .*lock.*File exists"):
        Branch(Repository(root), LEDGER, None, sleep=waits.append).write(ONE, b"1", "m")
    assert waits
    lock.unlink()
    branch(root).write(ONE, b"1", "m")


def test_a_repository_that_cannot_be_written_is_an_error(root: Path) -> None:
    branch(root).write(ONE, b"1", "m")
    objects = root / ".git" / "objects"
    objects.rename(root / ".git" / "away")
    objects.write_text("a file where git wants a folder")
    ledger = branch(root)
    with pytest.raises(LedgerError) as caught:
        ledger.write(TWO, b"2", "m")
    assert caught.value.code == "SMS601"
    assert not isinstance(caught.value, Unpushed)


def test_a_full_disk_is_an_error_and_leaves_the_ledger_as_it_was(root: Path) -> None:
    branch(root).write(ONE, b"1", "m")
    script = (
        "import os, resource; from pathlib import Path; from smsops.errors import LedgerError\n"
        "from smsops.git import Repository; from smsops.ledger.branch import Branch\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: Branch(Repository(Path('.')), 'smsops-ledger', None)"
        ".write('records/clinic/2.json', os.urandom(65536), 'm')\n"
        "except LedgerError as error: print(error.code)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "SMS601\n"
    assert branch(root).paths() == (ONE,)
    git(root, "fsck", "--strict")


@pytest.mark.parametrize("content", ["", "no object name\n", "0123456789012345678901234567890123456789\n"])
def test_a_damaged_branch_is_an_error_and_not_an_empty_ledger(root: Path, content: str) -> None:
    branch(root).write(ONE, b"1", "m")
    (root / ".git" / HEAD_REF).write_text(content)
    with pytest.raises(LedgerError, match=r"branch smsops-ledger\) cannot be read"):
        branch(root).paths()


def test_a_damaged_record_is_an_error_that_names_it(root: Path) -> None:
    branch(root).write(ONE, b"1", "m")
    blob = git(root, "rev-parse", f"{LEDGER}:{ONE}")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(LedgerError, match=ONE):
        branch(root).read(ONE)


def test_no_temporary_folder_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(root / "absent"))
    with pytest.raises(LedgerError, match="temporary folder"):
        branch(root).write(ONE, b"1", "m")


def test_a_repository_with_longer_object_names_works_too(tmp_path: Path) -> None:
    root = tmp_path / "long"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(root)], check=True)
    branch(root).write(ONE, b"1", "m")
    branch(root).write(ONE, b"2", "m")
    assert branch(root).read(ONE) == b"2"
    assert [one.status for one in branch(root).history()] == ["A", "M"]


def test_it_says_where_it_is(root: Path) -> None:
    assert branch(root).describe() == "branch smsops-ledger"
    assert os.fspath(root) not in branch(root).describe()
