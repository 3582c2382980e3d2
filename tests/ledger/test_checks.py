"""Kept checks: when one is worth keeping, the chain that they make, and where they lie."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smsops.diagnostics import Finding
from smsops.drift import Drifted
from smsops.errors import LedgerError, Unpushed
from smsops.files.schema import schema_text
from smsops.frozen import replace
from smsops.git import Repository
from smsops.history.checks import check_of
from smsops.history.recorded import Drift
from smsops.ledger.branch import Branch
from smsops.ledger.chain import verify, verify_history
from smsops.ledger.checks import is_check, keep, parsed_check, path_of
from smsops.ledger.folder import Folder
from smsops.ledger.nowhere import Nowhere
from smsops.ledger.records import rendered, sealed_record, sha256_of
from smsops.ledger.shelf import Addition, Shelf
from smsops.masking import sealed
from tests.ledger.repositories import LEDGER, git, make_clone, make_remote, make_repository, refuse_pushes

SID = "AC" + "1" * 32
SERVICE = "MG" + "1" * 32
MONDAY, NOON, LATE, TUESDAY = (
    f"2026-03-0{day}T{time}.000000Z"
    for day, time in ((2, "06:00:00"), (2, "12:00:00"), (3, "04:59:59"), (3, "05:00:00"))
)
MOVED = Drifted(
    account="us",
    channel="support",
    service_sid=SERVICE,
    what="webhook_url",
    before="https://one.example.com/",
    after=sealed("https://ada:hunter2@two.example.com/"),
)


@dataclass(slots=True)
class Kept:
    """A shelf with a hand that keeps checks of one account."""

    shelf: Shelf

    def __call__(self, at: str, *found: Drifted, **facts: Any) -> str:
        given = {"account": "us", "account_sid": SID, "server": None, "actor": "Ada", **facts}
        return keep(self.shelf, at=at, found=found, **given)

    def files(self) -> list[tuple[str, bytes]]:
        return list(self.shelf.read_all(self.shelf.checks()))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(Folder(tmp_path / ".smsops" / "ledger"))


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code, finding.location.path) for finding in findings]


# --- what is kept ------------------------------------------------------------------------------------------


def test_a_check_is_kept_when_it_says_something_new_or_the_last_is_a_day_old(kept: Kept) -> None:
    assert kept(MONDAY) == "checks/us/20260302T060000000000Z.json"
    assert kept(NOON) == "", "nothing new"
    assert kept(NOON, MOVED) == "checks/us/20260302T120000000000Z.json"
    assert kept(NOON.replace("12:", "13:"), MOVED) == ""
    assert kept(NOON.replace("12:", "14:"), replace(MOVED, after="https://three.example.com/")) != ""
    assert kept(NOON.replace("12:", "15:")) != "", "it was put back"
    assert len(kept.files()) == 4
    assert verify(kept.files()) == ()


def test_a_daily_schedule_keeps_one_a_day_although_it_starts_a_little_early(kept: Kept) -> None:
    assert kept(MONDAY)
    assert kept(LATE) == ""
    assert kept(TUESDAY)


def test_another_account_or_server_under_the_same_name_is_checked_anew(kept: Kept) -> None:
    assert kept(MONDAY)
    assert kept(NOON, account_sid="AC" + "2" * 32)
    assert kept(NOON, server="localhost")
    assert kept(NOON, account="uk") == "checks/uk/20260302T120000000000Z.json"
    assert verify(kept.files()) == ()


def test_a_clock_that_goes_back_breaks_no_chain_and_one_that_was_far_ahead_stops_nothing(kept: Kept) -> None:
    assert kept("2027-01-01T00:00:00.000000Z") == "checks/us/20270101T000000000000Z.json"
    assert kept(MONDAY) == "checks/us/20270101T000000000001Z.json"
    assert kept(NOON, MOVED) == "checks/us/20270101T000000000002Z.json"
    assert verify(kept.files()) == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("found"),
        lambda data: data.pop("finished_at"),
        lambda data: data.update(finished_at="soon"),
        lambda data: data.update(finished_at="2026-03-02"),
        lambda data: data.update(finished_at=7),
    ],
    ids=["found nothing known", "no time", "no date", "no zone", "a number"],
)
def test_a_last_check_that_somebody_spoilt_does_not_stop_the_next(kept: Kept, spoil: Callable[[Any], Any]) -> None:
    path = kept(MONDAY)
    record = parsed_check(kept.shelf.read(path))
    spoil(record["data"])
    kept.shelf.write(path, rendered(record), "spoilt")
    assert kept(NOON)
    assert codes(verify(kept.files())) == [("SMS604", path)]


def test_a_last_check_that_cannot_be_read_at_all_is_an_error_that_names_it(kept: Kept) -> None:
    kept.shelf.write("checks/us/20260302T060000000000Z.json", b"{", "spoilt")
    with pytest.raises(LedgerError, match=r"The check checks/us/20260302T060000000000Z\.json cannot be read"):
        kept(NOON)


# --- what is in it -----------------------------------------------------------------------------------------


def test_a_check_is_as_its_schema_says_and_holds_no_login(kept: Kept) -> None:
    number = replace(MOVED, what="phone_numbers", before=None, after="+12065550101")
    paths = [kept(MONDAY), kept(NOON, MOVED, number, server="localhost")]
    schema = json.loads(schema_text("check"))
    for path in paths:
        content = kept.shelf.read(path)
        assert b"hunter2" not in content
        jsonschema.Draft7Validator(schema).validate(json.loads(content))
    found = check_of(paths[1], kept.shelf.read(paths[1]))
    assert (found.account, found.account_sid, found.server, found.actor, found.at) == (
        "us",
        SID,
        "localhost",
        "Ada",
        NOON,
    )
    assert found.found == (
        Drift(
            channel="support",
            service_sid=SERVICE,
            field="webhook_url",
            recorded="https://one.example.com/",
            live="https://****@two.example.com/",
        ),
        Drift(channel="support", service_sid=SERVICE, field="phone_numbers", recorded=None, live="+12065550101"),
    )
    assert check_of(paths[0], kept.shelf.read(paths[0])).found == ()


@pytest.mark.parametrize("name", ["account", "server", "found"])
def test_a_check_without_one_of_its_parts_is_none(kept: Kept, name: str) -> None:
    record = parsed_check(kept.shelf.read(kept(MONDAY)))
    del record["data"][name]
    with pytest.raises(ValueError, match="lacks a part"):
        check_of("checks/us/1.json", rendered(record))


def test_a_login_that_changed_is_something_new_although_both_are_masked_alike(kept: Kept) -> None:
    assert kept(MONDAY, MOVED)
    assert kept(NOON, replace(MOVED, after=sealed("https://ada:hunter3@two.example.com/")))


# --- the chain ---------------------------------------------------------------------------------------------


def three(kept: Kept) -> list[tuple[str, bytes]]:
    for at, found in ((MONDAY, ()), (NOON, (MOVED,)), (TUESDAY, ())):
        assert kept(at, *found)
    return kept.files()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_one_altered_byte_is_named(kept: Kept, index: int) -> None:
    files = three(kept)
    path, content = files[index]
    files[index] = (path, content.replace(b"Ada", b"Bob"))
    assert codes(verify(files)) == [("SMS604", path)]


def test_one_that_is_missing_is_noticed_by_the_one_after_it_and_is_called_a_check(kept: Kept) -> None:
    files = three(kept)
    (finding,) = verify([files[0], files[2]])
    assert (finding.code, finding.location.path) == ("SMS605", files[2][0])
    assert finding.message == f"The check {files[2][0]} continues one that is not there: one before it is missing."
    assert "checks/" in finding.hint


def test_one_that_was_put_in_is_told_and_neither_account_nor_record_is_mixed_up_with_it(kept: Kept) -> None:
    files = three(kept)
    forged = json.loads(files[1][1])
    forged["data"]["found"] = []
    between = ("checks/us/20260302T130000000000Z.json", rendered(sealed_record(forged)))
    (finding,) = verify([*files[:2], between, files[2]])[:1]
    assert (finding.code, finding.location.path) == ("SMS607", between[0])
    assert "drift --record" in finding.hint
    other = Kept(kept.shelf)
    assert other(MONDAY, account="uk")
    assert verify(sorted(kept.files())) == ()


def test_a_record_among_checks_and_a_check_among_records_are_altered(kept: Kept) -> None:
    content = kept.shelf.read(kept(MONDAY))
    assert codes(verify([("records/us/1.json", content)])) == [("SMS604", "records/us/1.json")]
    record = json.loads(content) | {"type": "smsops.apply.v1"}
    assert codes(verify([("checks/us/1.json", rendered(sealed_record(record)))])) == [("SMS604", "checks/us/1.json")]


# --- where they lie ----------------------------------------------------------------------------------------


def test_a_path_has_the_time_to_the_microsecond_and_sorts_behind_the_one_before() -> None:
    assert path_of("us", "2026-03-02T06:00:00Z") == "checks/us/20260302T060000000000Z.json"
    assert path_of("us", "2026-03-02T06:00:00.5Z") == "checks/us/20260302T060000500000Z.json"
    first = path_of("us", "2026-12-31T23:59:59.999999Z")
    assert first < path_of("us", MONDAY, after=first)
    assert [is_check(path) for path in (first, "checks/us/a/b.json", "records/us/1.json", "checks/us/notes")] == [
        True,
        False,
        False,
        False,
    ]


def test_the_branch_keeps_checks_beside_records_and_gives_many_files_at_once(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "project")
    shelf = Branch(Repository(root), LEDGER, None)
    kept = Kept(shelf)
    files = three(kept)
    shelf.write("records/us/1.json", b"\x00one\r\n", "an apply")
    shelf.write("other/us/1.json", b"", "somebody else's")
    fresh = Branch(Repository(root), LEDGER, None)
    assert (fresh.paths(), fresh.checks()) == (("records/us/1.json",), tuple(path for path, _ in files))
    asked = [files[2][0], "records/us/1.json", files[0][0]]
    assert list(fresh.read_all(asked)) == [files[2], ("records/us/1.json", b"\x00one\r\n"), files[0]]
    assert list(fresh.read_all(())) == []
    assert git(root, "log", "-3", "--format=%s", LEDGER, "--", "checks").splitlines() == [
        "us: checked, 0 differences",
        "us: checked, 1 difference",
        "us: checked, 0 differences",
    ]


def test_the_history_of_the_branch_tells_of_a_check_that_was_touched_again(tmp_path: Path) -> None:
    repository = Repository(make_repository(tmp_path / "project"))
    shelf = Branch(repository, LEDGER, None)
    (_, _), (path, content), (last, _) = three(Kept(shelf))
    assert verify_history(shelf.history(), repository.blobs) == ()
    record = json.loads(content)
    record["data"]["found"] = []
    shelf.write(path, rendered(sealed_record(record)), "it never was")
    (finding,) = verify_history(shelf.history(), repository.blobs)
    assert (finding.code, finding.location.path) == ("SMS604", path)
    assert finding.message.startswith(f"The check {path} was altered by commit ")
    assert codes(verify(shelf.read_all(shelf.checks()))) == [("SMS605", last)]


def test_two_clones_make_one_chain_and_a_remote_that_refuses_is_an_error(tmp_path: Path) -> None:
    remote = make_remote(tmp_path / "remote.git")
    roots = [make_clone(remote, tmp_path / name) for name in ("one", "two")]
    one, two = (Kept(Branch(Repository(root), LEDGER, "origin", sleep=lambda _: None)) for root in roots)
    assert one(MONDAY)
    assert two(NOON) == "", "what the other kept is known"
    assert two(NOON, MOVED)
    assert one(TUESDAY, MOVED) == "", "it was kept less than a day ago"
    assert one(TUESDAY)
    assert len(one.files()) == 3
    assert verify(one.files()) == ()
    hook = refuse_pushes(remote)
    before = git(roots[0], "rev-parse", LEDGER)
    with pytest.raises(Unpushed, match=r"could not be pushed to origin: .*not today") as refused:
        one("2026-03-09T06:00:00.000000Z")
    assert refused.value.hint == "Nothing was kept, here or there. Run it again when the remote takes it."
    assert git(roots[0], "rev-parse", LEDGER) == before, "what only this clone has could fork the chain later"
    hook.unlink()
    assert two(TUESDAY.replace("05:", "06:"), MOVED)
    assert one("2026-03-09T06:00:00.000000Z")
    assert verify(one.files()) == ()


class Overtaken(Branch):
    """A ledger where, once, somebody else is faster: after the look at what is there, before the write."""

    faster: list[Callable[[], object]]

    def add(self, make: Callable[[], Addition | None]) -> str:
        def made() -> Addition | None:
            found = make()
            if self.faster:
                self.faster.pop()()
            return found

        return super().add(made)


@pytest.mark.parametrize("has_remote", [True, False], ids=["two clones", "two runs in one clone"])
def test_of_two_at_the_same_moment_the_later_one_continues_the_earlier(tmp_path: Path, has_remote: bool) -> None:
    source = make_remote(tmp_path / "remote.git")
    roots = [make_clone(source, tmp_path / name) for name in (("one", "two") if has_remote else ("one",))]
    name = "origin" if has_remote else None
    shelf = Overtaken(Repository(roots[0]), LEDGER, name, sleep=lambda _: None)
    one = Kept(shelf)
    two = Kept(Branch(Repository(roots[-1]), LEDGER, name, sleep=lambda _: None))
    shelf.faster = [lambda: two(MONDAY)]
    assert one(MONDAY, MOVED) == "checks/us/20260302T060000000001Z.json", "the same microsecond"
    first, second = one.files()
    assert first[0] == "checks/us/20260302T060000000000Z.json"
    assert parsed_check(second[1])["data"]["previous"] == sha256_of(first[1])
    assert verify(one.files()) == ()
    two.shelf.refresh()
    assert two.files() == one.files()
    shelf.faster = [lambda: two(NOON)]
    assert one(NOON.replace("000000Z", "000001Z")) == "", "the other kept the same a moment ago"
    assert len(one.files()) == 3


def test_a_record_that_is_only_here_goes_with_the_check_that_follows_it(tmp_path: Path) -> None:
    remote = make_remote(tmp_path / "remote.git")
    root = make_clone(remote, tmp_path / "one")
    shelf = Overtaken(Repository(root), LEDGER, "origin", sleep=lambda _: None)
    other = Branch(Repository(make_clone(remote, tmp_path / "two")), LEDGER, "origin")
    Branch(Repository(root), LEDGER, None).write("records/us/1.json", b"1", "an apply")
    shelf.faster = [lambda: other.write("records/us/2.json", b"2", "another")]
    path = Kept(shelf)(MONDAY)
    listed = git(remote, "ls-tree", "-r", "--name-only", LEDGER).splitlines()
    assert listed == [path, "records/us/1.json", "records/us/2.json"]
    assert git(root, "rev-parse", LEDGER) == git(remote, "rev-parse", LEDGER)


def test_a_check_whose_push_arrived_and_whose_answer_was_lost_is_kept_once(tmp_path: Path) -> None:
    remote = make_remote(tmp_path / "remote.git")
    root = make_clone(remote, tmp_path / "one")
    hook = remote / "hooks" / "post-update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)
    one = Kept(Branch(Repository(root), LEDGER, "origin", sleep=lambda _: None))
    assert one(MONDAY)
    assert git(root, "rev-parse", LEDGER) == git(remote, "rev-parse", LEDGER)
    assert len(one.files()) == 1


def test_a_folder_is_one_runs_alone_while_it_adds(kept: Kept, tmp_path: Path) -> None:
    tried: list[str] = []

    def make() -> Addition:
        with (tmp_path / ".smsops" / "ledger" / ".lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                tried.append("another waits")
        return Addition(path="checks/us/1.json", content=b"1", message="m")

    assert kept.shelf.add(make) == "checks/us/1.json"
    assert tried == ["another waits"]
    assert kept.shelf.checks() == ("checks/us/1.json",)


def test_a_folder_that_cannot_be_locked_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".smsops").write_text("a file")
    with pytest.raises(LedgerError, match=r"\.smsops/ledger cannot be locked"):
        Kept(Folder(tmp_path / ".smsops" / "ledger"))(MONDAY)


def test_outside_git_nothing_is_kept() -> None:
    shelf: Shelf = Nowhere()
    Kept(shelf)(MONDAY)
    assert (shelf.checks(), list(shelf.read_all(["checks/us/1.json"]))) == ((), [])
