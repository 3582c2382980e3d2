"""Where records are: those of the sandbox in a folder, all others on a branch, and none forgotten unseen."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.door import (
    CODES,
    LEDGER,
    PROJECT,
    ROOT,
    SUPPORT,
    TWO_ACCOUNTS,
    Run,
    git,
    records,
    write_project,
)

NUMBERS = ["+12065550101", "+12065550102", "+12065550103"]


def folders(project: Path) -> list[str]:
    """What lies in the project's state folder."""
    return sorted(path.name for path in (project / ".smsops").glob("*"))


def test_an_apply_is_two_commits_of_one_record_on_a_branch_of_its_own(project: Path, remote: Run) -> None:
    before = [git(project, *words) for words in (("rev-parse", "HEAD"), ("status", "--porcelain"), ("stash", "list"))]
    assert remote("apply", "--yes").code == 0
    (record,) = records(project)
    data = record["data"]
    assert (record["type"], data["state"], data["ending"]) == ("smsops.apply.v1", "finished", "applied")
    assert data["source"] == {"commit": before[0], "author": "Ada <ada@example.com>", "dirty": False}
    assert (data["actor"], data["server"], data["previous"]) == ("Ada <ada@example.com>", "127.0.0.1", None)
    assert len(data["changes"]) == 5
    for change in data["changes"]:
        assert re.fullmatch(r"RQ\w{32}", change["result"]["request_id"])
        assert re.fullmatch(r"2\d{3}-\d\d-\d\dT[\d:.]+Z", change["result"]["at"])
    said = git(project, "log", "--format=%s", LEDGER).splitlines()
    assert [re.sub(r" \(.*", "", line) for line in said] == ["us: applied", "us: started"]
    assert not related(project)
    after = [git(project, *words) for words in (("rev-parse", "HEAD"), ("status", "--porcelain"), ("stash", "list"))]
    assert after == before
    assert folders(project) == []


def related(project: Path) -> bool:
    done = subprocess.run(["git", "-C", str(project), "merge-base", "HEAD", LEDGER], capture_output=True, check=False)
    return done.returncode == 0


def test_records_of_the_sandbox_are_a_folder_that_git_ignores_and_never_the_branch(project: Path, remote: Run) -> None:
    assert remote("--sandbox", "apply", "--yes").code == 0
    assert git(project, "branch", "--list", LEDGER) == ""
    assert git(project, "status", "--porcelain") == ""
    (path,) = (project / ".smsops" / "ledger").rglob("*.json")
    assert '"server": "sandbox"' in path.read_text()
    assert (project / ".smsops" / ".gitignore").read_text() == "*\n"


def test_a_record_of_another_host_guides_nothing(
    project: Path, server: Mapping[str, str], remote: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remote("apply", "--yes").code == 0
    assert remote("plan", "-o", "json").document["summary"]["create"] == 0
    with Sandbox(None) as other:
        other.ensure_account(server["ACCOUNT_SID"], numbers=NUMBERS)
        elsewhere = other.base_url.replace("127.0.0.1", "localhost")
        monkeypatch.setenv("SMSOPS_API_BASE_URL", elsewhere)
        assert remote("plan", "-o", "json").document["summary"]["create"] == 2
        for path in (project / "channels").iterdir():
            path.unlink()
        assert remote("plan", "-o", "json").document["accounts"] == [], "it has no records, so nothing left git"


def test_a_server_that_comes_back_on_another_port_is_the_same(
    project: Path, server: Mapping[str, str], remote: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for changes in (5, 0):
        with Sandbox(tmp_path / "served.db") as other:
            given = other.ensure_account(server["ACCOUNT_SID"], numbers=NUMBERS)
            monkeypatch.setenv("SMSOPS_API_BASE_URL", other.base_url)
            monkeypatch.setenv("US_TOKEN", given.password)
            ran = remote("apply", "--yes", "-o", "json")
            assert (ran.code, len(ran.document["results"])) == (0, changes)


def test_the_server_of_one_account_is_its_own(
    project: Path, sandbox: Sandbox, remote: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMSOPS_API_BASE_URL")
    text = (project / "smsops.yaml").read_text()
    elsewhere = sandbox.base_url.replace("127.0.0.1", "localhost")
    write_project(project, project=text + f"    api_base_url: {elsewhere}\n")
    assert remote("apply", "--yes").code == 0
    assert [record["data"]["server"] for record in records(project)] == ["localhost"]
    write_project(project, project=text + f"    api_base_url: {sandbox.base_url}\n")
    ran = remote("plan", "-o", "json")
    assert {change["refused"] for change in ran.document["changes"]} == {"namesake"}, "nothing is known there"


def test_outside_a_repository_it_is_said_that_there_is_no_ledger(
    project: Path, remote: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(project / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    assert remote("apply", "--yes").code == 0
    assert folders(project) == [".gitignore", "locks"], "nothing is recorded"
    ran = remote("plan", "-o", "json")
    (finding,) = [one for one in ran.document["findings"] if one["code"] == "SMS603"]
    assert finding["severity"] == "warning"
    assert ran.code == 5, "without records an unpinned channel has only a namesake"


def test_outside_a_repository_nothing_is_pruned(project: Path, remote: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(project / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    assert remote("apply", "--yes", "--write-sids").code == 0
    support = (project / "channels" / "support.yaml").read_text()
    assert "messaging_service_sid: MG" in support
    write_project(project, support=support.replace('  - "+12065550102"\n', ""))
    (project / "channels" / "codes.yaml").unlink()
    ran = remote("apply", "--yes", "-o", "json")
    assert (ran.code, ran.document["results"]) == (0, [])
    held = [(one["action"], one["reason"]) for one in ran.document["plan"]["held_back"]]
    assert held == [("number.detach", "prune")]


def test_records_of_an_account_that_left_smsops_yaml_are_a_warning(project: Path, run: Run) -> None:
    write_project(project, project=TWO_ACCOUNTS, codes=CODES.replace("account: us", "account: uk"))
    assert run("--sandbox", "apply", "--yes").err == ""
    (project / "channels" / "codes.yaml").unlink()
    write_project(project, project=PROJECT)
    ran = run("--sandbox", "plan", "-o", "json")
    assert ran.code == 0
    assert ran.document["changes"] == []
    assert "warning: The ledger has records of account uk, which smsops.yaml does not have." in ran.err
    assert run("--sandbox", "plan", "-q").err == ""


def test_a_ledger_that_cannot_be_read_stops_an_apply_and_is_a_warning_for_a_plan(
    project: Path, remote: Run, sandbox: Sandbox
) -> None:
    assert remote("apply", "--yes").code == 0
    (project / ".git" / "refs" / "heads" / LEDGER).write_text("nonsense\n")
    write_project(project, support=SUPPORT.replace("com/in", "com/elsewhere"))
    sandbox.requests.clear()
    ran = remote("apply", "--yes", "-o", "json")
    assert (ran.code, ran.document["error"]["code"]) == (1, "SMS601")
    assert sandbox.requests.writes == ()
    planned = remote("plan", "-o", "json")
    assert ("SMS601", "warning") in {(one["code"], one["severity"]) for one in planned.document["findings"]}


def test_a_refused_apply_is_recorded_and_changes_nothing_of_what_is_known(project: Path, remote: Run) -> None:
    guarded = SUPPORT.replace('- "+12065550102"', '- {number: "+12065550102", protected: true}')
    write_project(project, support=guarded)
    assert remote("apply", "--yes").code == 0
    write_project(project, support=SUPPORT.replace('  - "+12065550102"\n', ""))
    assert remote("apply", "--yes").code == 5
    first, second = records(project)
    assert (second["data"]["state"], second["data"]["ending"]) == ("finished", "refused")
    assert [finding["code"] for finding in second["data"]["findings"]] == ["SMS502"]
    assert second["data"]["inventory"] == first["data"]["inventory"]
    assert remote("plan").code == 5


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_clean_keeps_the_records_of_real_accounts(project: Path, remote: Run) -> None:
    assert remote("apply", "--yes").code == 0
    assert remote("--sandbox", "apply", "--yes").code == 0
    shutil.copy(ROOT / "Makefile", project)
    for folder in ("smsops", "tests", "benchmarks", "build"):
        (project / folder).mkdir()
    subprocess.run(["make", "clean"], cwd=project, check=True, capture_output=True)
    assert not {"ledger", "sandbox.db"} & set(folders(project))
    assert not (project / "build").exists()
    assert len(records(project)) == 1
