"""The ledger branch and a remote: several clones write, pushes fail, and nothing is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from smsops.errors import LedgerError, Unpushed
from smsops.git import Repository
from smsops.ledger.branch import Branch
from tests.ledger.repositories import HEAD_REF, LEDGER, git, make_clone, make_remote, refuse_pushes

ONE = "records/clinic/1.json"
TWO = "records/clinic/2.json"
THREE = "records/clinic/3.json"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path / "remote.git")


@pytest.fixture
def here(remote: Path, tmp_path: Path) -> Path:
    return make_clone(remote, tmp_path / "here")


@pytest.fixture
def there(remote: Path, tmp_path: Path) -> Path:
    return make_clone(remote, tmp_path / "there")


def branch(root: Path) -> Branch:
    return Branch(Repository(root), LEDGER, "origin")


def refreshed(root: Path) -> Branch:
    ledger = branch(root)
    ledger.refresh()
    return ledger


def pushed(remote: Path) -> list[str]:
    """The paths in the remote's ledger, whose history is one line."""
    assert git(remote, "rev-list", "--merges", HEAD_REF) == ""
    assert len(git(remote, "rev-list", "--max-parents=0", HEAD_REF).split()) == 1
    return git(remote, "ls-tree", "-r", "--name-only", HEAD_REF).splitlines()


def test_a_remote_without_a_ledger_gets_it_with_the_first_write(remote: Path, here: Path) -> None:
    ledger = refreshed(here)
    assert ledger.paths() == ()
    ledger.write(ONE, b"1", "m")
    assert pushed(remote) == [ONE]


def test_an_empty_remote_is_fine(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    root = make_clone(tmp_path / "empty.git", tmp_path / "here")
    refreshed(root).write(ONE, b"1", "m")
    assert pushed(tmp_path / "empty.git") == [ONE]


def test_clones_that_write_in_turn_see_each_others_records(remote: Path, here: Path, there: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    ledger = refreshed(there)
    assert ledger.read(ONE) == b"1"
    ledger.write(TWO, b"2", "m")
    assert refreshed(here).paths() == (ONE, TWO)
    assert git(here, "rev-parse", LEDGER) == git(there, "rev-parse", LEDGER) == git(remote, "rev-parse", LEDGER)


def test_a_clone_that_did_not_look_first_writes_on_top_of_the_others(remote: Path, here: Path, there: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    ledger = branch(there)
    ledger.write(TWO, b"2", "m")
    assert pushed(remote) == [ONE, TWO]
    assert ledger.paths() == (ONE, TWO)


def test_clones_that_write_at_once_lose_nothing(remote: Path, tmp_path: Path) -> None:
    clones = [make_clone(remote, tmp_path / f"clone{number}") for number in range(4)]
    failed: list[BaseException] = []

    def write(root: Path) -> None:
        try:
            for number in range(3):
                branch(root).write(f"records/{root.name}/{number}.json", root.name.encode(), f"{root.name} {number}")
        except BaseException as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(root,)) for root in clones]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert pushed(remote) == sorted(f"records/{root.name}/{number}.json" for root in clones for number in range(3))
    assert git(remote, "rev-list", "--count", HEAD_REF) == "12"


def test_a_diverged_clone_keeps_files_messages_and_authors(remote: Path, here: Path, there: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    refreshed(there)
    git(there, "config", "user.name", "Zoë")
    git(there, "config", "user.email", "zoe@example.com")
    offline = Branch(Repository(there), LEDGER, None)
    offline.write(TWO, b"started", "second: started\n\nA line of its own.")
    offline.write(TWO, b"finished", "second: finished")
    branch(here).write(THREE, b"3", "third")
    before = git(there, "log", "-2", "--format=%an %ae %at %B", LEDGER)
    ledger = refreshed(there)
    assert ledger.paths() == (ONE, TWO, THREE)
    assert ledger.read(TWO) == b"finished"
    assert git(there, "log", "-2", "--format=%an %ae %at %B", LEDGER) == before
    assert pushed(remote) == [ONE, THREE]
    ledger.push()
    assert pushed(remote) == [ONE, TWO, THREE]
    assert git(remote, "log", "-3", "--format=%s", HEAD_REF).splitlines() == [
        "second: finished",
        "second: started",
        "third",
    ]


def test_a_refused_push_keeps_the_record_here_and_the_next_write_pushes_both(remote: Path, here: Path) -> None:
    hook = refuse_pushes(remote)
    ledger = branch(here)
    with pytest.raises(Unpushed, match="not today") as caught:
        ledger.write(ONE, b"1", "m")
    assert caught.value.code == "SMS602"
    assert "git push origin smsops-ledger" in caught.value.hint
    assert ledger.paths() == refreshed(here).paths() == (ONE,)
    assert git(remote, "for-each-ref", HEAD_REF) == ""
    hook.unlink()
    branch(here).write(TWO, b"2", "m")
    assert pushed(remote) == [ONE, TWO]


def test_a_clone_that_is_ahead_stays_so_until_it_is_pushed(remote: Path, here: Path) -> None:
    branch(here).push()
    branch(here).write(ONE, b"1", "m")
    hook = refuse_pushes(remote)
    with pytest.raises(Unpushed):
        branch(here).write(TWO, b"2", "m")
    ahead = git(here, "rev-parse", LEDGER)
    ledger = refreshed(here)
    assert ledger.paths() == (ONE, TWO)
    assert git(here, "rev-parse", LEDGER) == ahead
    hook.unlink()
    ledger.push()
    assert pushed(remote) == [ONE, TWO]
    assert git(remote, "rev-parse", LEDGER) == ahead


def test_an_unreachable_remote_is_said_and_what_is_here_can_be_read(remote: Path, here: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    remote.rename(remote.with_name("moved.git"))
    ledger = branch(here)
    with pytest.raises(
        LedgerError, match=r"cannot be fetched from origin: .*does not appear to be a git repo"
    ) as caught:
        ledger.refresh()
    assert caught.value.code == "SMS602"
    assert ledger.paths() == (ONE,)
    assert ledger.read(ONE) == b"1"
    with pytest.raises(Unpushed):
        ledger.write(TWO, b"2", "m")
    assert ledger.paths() == (ONE, TWO)


def test_a_shallow_clone_of_one_branch_sees_the_records_and_writes(remote: Path, here: Path, tmp_path: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    branch(here).write(ONE, b"2", "m")
    (here / "file").write_text("two\n")
    git(here, "commit", "-qam", "second")
    git(here, "push", "-q")
    shallow = make_clone(remote, tmp_path / "shallow", "--depth=1", "--single-branch")
    git(shallow, "checkout", "-q", "--detach")
    boundary = (shallow / ".git" / "shallow").read_bytes()
    head = (shallow / ".git" / "HEAD").read_bytes()
    ledger = refreshed(shallow)
    assert ledger.read(ONE) == b"2"
    assert [one.status for one in ledger.history()] == ["A", "M"]
    ledger.write(TWO, b"2", "m")
    assert pushed(remote) == [ONE, TWO]
    assert (shallow / ".git" / "shallow").read_bytes() == boundary
    assert (shallow / ".git" / "HEAD").read_bytes() == head
    assert not (shallow / ".git" / "FETCH_HEAD").exists()


def test_a_partial_clone_gets_the_records_whole(remote: Path, here: Path, tmp_path: Path) -> None:
    git(remote, "config", "uploadpack.allowFilter", "true")
    branch(here).write(ONE, b"1", "m")
    partial = make_clone(remote, tmp_path / "partial", "--filter=blob:none", "--single-branch")
    ledger = refreshed(partial)
    remote.rename(remote.with_name("moved.git"))
    assert ledger.read(ONE) == b"1"


def test_a_remote_that_was_set_back_gets_its_records_again(remote: Path, here: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    git(remote, "update-ref", "-d", HEAD_REF)
    ledger = refreshed(here)
    assert ledger.paths() == (ONE,)
    ledger.write(TWO, b"2", "m")
    assert pushed(remote) == [ONE, TWO]


def test_a_remote_whose_history_was_written_anew_with_the_same_files_is_followed(
    remote: Path, here: Path, there: Path
) -> None:
    branch(here).write(ONE, b"started", "m")
    branch(here).write(ONE, b"finished", "m")
    anew = Branch(Repository(there), LEDGER, None)
    anew.write(ONE, b"finished", "all in one")
    git(there, "push", "-qf", "origin", LEDGER)
    assert refreshed(here).read(ONE) == b"finished"
    assert git(here, "rev-parse", LEDGER) == git(remote, "rev-parse", HEAD_REF)


def test_a_push_whose_answer_was_lost_counts(remote: Path, here: Path) -> None:
    # The remote takes the commit, and then ends without an answer.
    hook = remote / "hooks" / "post-update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)
    branch(here).write(ONE, b"1", "m")
    assert pushed(remote) == [ONE]


def test_settings_that_push_more_are_not_followed(remote: Path, here: Path) -> None:
    git(here, "tag", "-am", "t", "v1")
    git(here, "config", "push.followTags", "true")
    git(here, "config", "push.gpgSign", "true")
    git(here, "config", "commit.gpgSign", "true")
    git(here, "config", "gpg.program", "/bin/false")
    branch(here).write(ONE, b"1", "m")
    assert git(remote, "tag") == ""


def test_nothing_is_fetched_twice(remote: Path, here: Path, there: Path) -> None:
    branch(here).write(ONE, b"1", "m")
    ledger = refreshed(there)
    (there / ".git" / "refs" / "remotes" / "origin" / LEDGER).unlink()
    ledger.refresh()
    assert git(there, "for-each-ref", "refs/remotes/origin/smsops-ledger") == ""
    assert ledger.paths() == (ONE,)
